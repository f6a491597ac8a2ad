import { AnypathError, encodeFrame, type Frame, type FrameHeader, type Mail } from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import { memoryDurable } from './durable/durable-store.ts';
import { LinkMemory } from './durable/link-memory.ts';
import { Intake } from './intake.ts';
import type { Incoming } from './link/inbox.ts';
import type { Link } from './link/link.ts';
import { parseFrame } from './link/parse-frame.ts';
import type { Courier } from './mail/courier.ts';

const marks = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
const data = (seq: number): FrameHeader => ({
  t: 'data',
  id: `m${seq}`,
  epoch: 'E1',
  seq,
  acked: 0,
  at: 0,
  text: true,
});
const packetOf = (header: FrameHeader) => encodeFrame(header, new Uint8Array([1]));

/** Somebody who has received three messages over a link that was closed since; nothing is sealed. */
async function scene({ unread = [] as readonly FrameHeader[], knows = true } = {}) {
  const memory = new LinkMemory({ durable: memoryDurable(), marks }, { wallet: 'alice', tab: 't1' }, () => undefined);
  const left = unread.map((header) => ({ header, body: new Uint8Array([1]), path: 'relay' }) as Incoming);
  await memory.commit('bob', { epoch: 'E1', through: 3, skipped: [] }, left, false);
  const sent: FrameHeader[] = [];
  const mailed: FrameHeader[] = [];
  let opened = 0;
  const readings = { begun: 0 };
  const taken: FrameHeader[] = [];
  const link = {
    ready: Promise.resolve(),
    knows: () => knows,
    receive: (_via: string, _device: string, { header }: Frame) => taken.push(header),
    restore: ({ header }: Incoming) => taken.push(header),
    receiveMail: (_position: number, _own: boolean, { header }: Frame) => taken.push(header),
  } as unknown as Link;
  const courier = {
    leads: true,
    isBehind: !knows,
    get readings() {
      return readings.begun;
    },
    open: async (_peer: string, _device: string, content: Uint8Array<ArrayBuffer>) => ({ content }),
    seal: async (_peer: string, _device: string, frame: Uint8Array<ArrayBuffer>) => frame,
    answer: (_peer: string, header: FrameHeader) => mailed.push(header),
  } as unknown as Courier;
  const intake = new Intake({
    wallet: 'alice',
    tab: 't1',
    memory,
    post: (act) => act(courier),
    hold: (act) => act(),
    isClosed: () => false,
    linkOf: () => undefined,
    linkFrom: () => {
      opened++;
      return link;
    },
    relay: async (_peer, _device, packet) => {
      const frame = parseFrame(packet);
      if (frame) sent.push(frame.header);
    },
    dropped: () => undefined,
  });
  let isMine = true;
  const giveUp = () => {
    isMine = false;
  };
  const turn = { isMine: () => isMine, giveUp };
  const arrives = (open: () => Promise<Frame | undefined>) =>
    intake.mail(courier, { from: 'bob', to: 'alice', position: 7 } as Mail, open, turn);
  const mail = (header: FrameHeader) => arrives(async () => parseFrame(packetOf(header)));
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  if (left.length === 0) await intake.restore();
  return { intake, arrives, mail, settled, sent, mailed, taken, memory, readings, opened: () => opened };
}

describe('what comes for a link that was closed', () => {
  it('opens no other where it has come before, and is acknowledged once more', async () => {
    const { intake, settled, sent, opened } = await scene();
    intake.packet('relay', 'bob', 'b1', packetOf(data(2)));
    await settled();
    expect(opened()).toBe(0);
    expect(sent).toEqual([{ t: 'ack', epoch: 'E1', through: 3, seq: 2 }]);
  });

  it('opens another where it is new', async () => {
    const { intake, settled, sent, taken, opened } = await scene();
    intake.packet('relay', 'bob', 'b1', packetOf(data(4)));
    await settled();
    expect([opened(), taken.length, sent.length]).toEqual([1, 1, 0]);
  });

  it('leaves the mailbox where it has come before, and is acknowledged there', async () => {
    const { mail, mailed, opened } = await scene();
    expect(await mail(data(3))).toBe(true);
    expect(mailed).toEqual([{ t: 'ack', epoch: 'E1', through: 3, seq: 3 }]);
    expect(opened()).toBe(0);
    expect(await mail(data(4))).toBe(false);
    expect(opened()).toBe(1);
  });
});

describe('what cannot be opened for now', () => {
  it('lets nothing of its sender that was opened beside it go first', async () => {
    const { arrives, mail, taken } = await scene();
    const unopened = arrives(() => Promise.reject(new AnypathError('unreachable')));
    const behind = mail(data(4));
    await expect(unopened).rejects.toMatchObject({ code: 'unreachable' });
    expect(await behind).toBe(false);
    expect(taken).toEqual([]);
  });
});

describe('what comes live', () => {
  it('waits for what an earlier page received and did not hand over', async () => {
    const { intake, settled, taken } = await scene({ unread: [data(2), data(3)] });
    intake.packet('relay', 'bob', 'b1', packetOf(data(4)));
    await settled();
    expect(taken).toEqual([]);
    await intake.restore();
    await settled();
    expect(taken.map((header) => header.t === 'data' && header.seq)).toEqual([2, 3, 4]);
  });

  it('does not wait where another page of the browser does that', async () => {
    const { intake, settled, taken } = await scene({ unread: [data(3)] });
    intake.packet('relay', 'bob', 'b1', packetOf(data(4)));
    intake.unrestored();
    await settled();
    expect(taken.map((header) => header.t === 'data' && header.seq)).toEqual([4]);
  });

  it('waits for a reading of the mailbox that began after it, and for no other, where its stream is new', async () => {
    const { intake, settled, taken, readings } = await scene({ knows: false });
    const seqs = () => taken.map((header) => header.t === 'data' && header.seq);
    readings.begun = 1;
    intake.packet('relay', 'bob', 'b1', packetOf(data(4)));
    await settled();
    readings.begun = 2;
    intake.packet('relay', 'bob', 'b1', packetOf(data(5)));
    await settled();
    intake.levelled(1);
    await settled();
    expect(seqs()).toEqual([]);
    // Something always waits: it is read again and again, and never said to be level.
    intake.levelled(2);
    await settled();
    expect(seqs()).toEqual([4]);
    intake.levelled(3);
    await settled();
    expect(seqs()).toEqual([4, 5]);
  });
});
