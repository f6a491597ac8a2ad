import { AnypathError, decodeFrame } from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import { type Deferred, deferred } from '../deferred.ts';
import type { LinkEffect } from './state.ts';
import { Wire } from './wire.ts';

type Packet = Uint8Array<ArrayBuffer>;

/** Sealing that ends when the test says so; nothing is sealed for real. */
function scene() {
  const seals: { readonly frame: Packet; readonly done: Deferred<Packet> }[] = [];
  const questions: { readonly name: string; readonly answer: Deferred<void> }[] = [];
  const unanswered: string[] = [];
  const channel: string[] = [];
  const told: unknown[] = [];
  const nameOf = (packet: Packet): string => {
    const { header } = decodeFrame(packet);
    return header.t === 'data' ? header.id : header.t === 'ack' ? `ack ${header.through}` : header.t;
  };
  const wire = new Wire({
    home: {
      seal: (_device, frame) => {
        const done = deferred<Packet>();
        seals.push({ frame, done });
        return done.promise;
      },
      relay: (device, packet) => {
        const answer = deferred<void>();
        questions.push({ name: `${nameOf(packet)} to ${device}`, answer });
        return answer.promise;
      },
      relayUnanswered: (device, packet) => unanswered.push(`${nameOf(packet)} to ${device}`),
      enqueue: () => new Promise(() => undefined),
      answerByMail: () => undefined,
    },
    rtc: {
      send: (packet) => {
        channel.push(nameOf(packet));
        return true;
      },
      drained: async () => undefined,
      stop: () => undefined,
    },
    tell: (event) => told.push(event),
  });
  const say = (id: string, via: 'rtc' | 'relay' = 'relay', toDevice = 'b1') => {
    const header = { t: 'data', id, epoch: 'E1', seq: 1, acked: 0, at: 0, text: true } as const;
    wire.transmit({ do: 'transmit', via, toDevice, header, body: new Uint8Array(0) } satisfies LinkEffect);
  };
  const acknowledge = (through: number) =>
    wire.answer({ via: 'relay', toDevice: 'b1', header: { t: 'ack', epoch: 'E1', through, seq: through } });
  /** Ends one sealing, counted from 0 in the order in which they were begun. */
  const seal = (index: number) => seals[index]?.done.resolve(seals[index].frame);
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  return { wire, seals, questions, unanswered, channel, told, say, acknowledge, seal, settled };
}

describe('a wire', () => {
  it('seals frames beside each other, and sends them in order', async () => {
    const { seals, channel, say, seal, settled } = scene();
    for (const id of ['one', 'two', 'three']) say(id, 'rtc');
    expect(seals).toHaveLength(3);
    seal(2);
    seal(1);
    await settled();
    expect(channel).toEqual([]);
    seal(0);
    await settled();
    expect(channel).toEqual(['one', 'two', 'three']);
  });

  it('leaves out what cannot be sealed, and goes on', async () => {
    const { seals, channel, say, seal, settled } = scene();
    for (const id of ['one', 'two']) say(id, 'rtc');
    seals[0]?.done.reject(new AnypathError('no_devices'));
    seal(1);
    await settled();
    expect(channel).toEqual(['two']);
  });

  it('asks the server about one frame at a time for each device, and hears of one that is gone', async () => {
    const { questions, unanswered, told, say, seal, settled } = scene();
    say('one');
    say('two');
    say('three', 'relay', 'b2');
    for (const index of [0, 1, 2]) seal(index);
    await settled();
    expect(questions.map(({ name }) => name)).toEqual(['one to b1', 'three to b2']);
    expect(unanswered).toEqual(['two to b1']);
    questions[0]?.answer.reject(new AnypathError('target_offline'));
    await settled();
    expect(told).toEqual([{ type: 'unreachable', device: 'b1' }]);
    say('four');
    seal(3);
    await settled();
    expect(questions.at(-1)?.name).toBe('four to b1');
  });

  it('asks about each frame of a stream, so that it knows when to wait', async () => {
    const { wire, questions, seals, settled } = scene();
    const header = { t: 'stream', id: 's1', offset: 0, end: false } as const;
    for (const _ of [1, 2]) void wire.transmitBulk('relay', 'b1', header, new Uint8Array(1));
    for (const { done, frame } of seals) done.resolve(frame);
    await settled();
    expect(questions).toHaveLength(2);
  });

  it('puts acknowledgements that wait for their turn together, and asks for no answer to them', async () => {
    const { seals, questions, unanswered, say, acknowledge, seal, settled } = scene();
    say('one');
    for (const through of [1, 2, 3]) acknowledge(through);
    expect(seals).toHaveLength(1);
    seal(0);
    await settled();
    seal(1);
    await settled();
    acknowledge(4);
    await settled();
    seal(2);
    await settled();
    expect(unanswered).toEqual(['ack 3 to b1', 'ack 4 to b1']);
    expect(questions.map(({ name }) => name)).toEqual(['one to b1']);
  });
});
