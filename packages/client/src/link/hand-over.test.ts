import { describe, expect, it } from 'vitest';
import { CursorMarks } from '../durable/cursor-marks.ts';
import { memoryDurable } from '../durable/durable-store.ts';
import { LinkMemory } from '../durable/link-memory.ts';
import { memoryStore } from '../storage.ts';
import { HandOver } from './hand-over.ts';
import type { Incoming } from './inbox.ts';
import type { Via } from './path.ts';
import type { Answer, LinkEffect } from './state.ts';

const delivery = (seq: number, via: Via, epoch = 'E1'): LinkEffect & { do: 'deliver' } => {
  const message: Incoming = {
    header: { t: 'data', id: `m${seq}`, epoch, seq, acked: 0, at: 0, text: true },
    body: new Uint8Array([64 + seq]),
    path: 'relay',
  };
  return {
    do: 'deliver',
    cursor: { epoch, through: seq, skipped: [] },
    messages: [message],
    own: false,
    answer: { via, toDevice: 'b1', header: { t: 'ack', epoch, through: seq, seq } },
    positions: [seq],
  };
};

/** A store that counts how often something is remembered. @param isAlone whether no other page uses it */
function scene({ isAlone = false, isClosed = false } = {}) {
  const durable = memoryDurable();
  const company = () => ({
    isAlone,
    ready: Promise.resolve(),
    close: () => undefined,
    marks: new CursorMarks(memoryStore(), 'marks'),
  });
  let commits = 0;
  const memory = new LinkMemory(
    { durable, marks: memoryStore(), company },
    { wallet: 'alice', tab: 't1' },
    () => undefined,
  );
  const { commit } = memory;
  memory.commit = (...args) => {
    commits++;
    return commit.apply(memory, args);
  };
  const seen: string[] = [];
  const answers: Answer[] = [];
  const forgotten: number[] = [];
  const handOver = new HandOver(
    {
      self: { wallet: 'alice' },
      peer: 'bob',
      memory,
      serverNow: () => 0,
      forgetMail: (positions) => forgotten.push(...positions),
    },
    {
      resumed: () => undefined,
      isClosed: () => isClosed,
      message: ({ body }) => seen.push(String(body)),
      answer: (answer) => answers.push(answer),
    },
  );
  return { handOver, memory, seen, answers, forgotten, commits: () => commits };
}

describe('handing over', () => {
  it('remembers together what comes meanwhile, and acknowledges it once for each way on which it came', async () => {
    const { handOver, seen, answers, forgotten, commits } = scene();
    for (const [seq, via] of [
      [1, 'relay'],
      [2, 'relay'],
      [3, 'rtc'],
      [4, 'relay'],
    ] as const) {
      handOver.deliver(delivery(seq, via));
    }
    await handOver.done;
    expect(seen).toEqual(['A', 'B', 'C', 'D']);
    expect(commits()).toBe(1);
    expect(answers.map(({ via, header }) => [via, header.through])).toEqual([
      ['relay', 4],
      ['rtc', 3],
    ]);
    expect(forgotten).toEqual([1, 2, 3, 4]);
  });

  it('takes what comes next while something is remembered, until much waits', async () => {
    const { handOver, seen } = scene();
    const received: number[] = [];
    for (let seq = 1; seq <= 100; seq++) {
      await handOver.ready;
      received.push(seen.length);
      handOver.deliver(delivery(seq, 'relay'));
    }
    await handOver.done;
    expect(seen).toHaveLength(100);
    const ahead = received.map((shown, index) => index - shown);
    expect(Math.max(...ahead)).toBeLessThanOrEqual(64);
    expect(Math.max(...ahead)).toBeGreaterThan(1);
  });

  it('keeps streams apart, and their order', async () => {
    const { handOver, seen, commits } = scene();
    for (const [seq, epoch] of [
      [1, 'E1'],
      [2, 'E1'],
      [1, 'E2'],
      [3, 'E1'],
    ] as const) {
      handOver.deliver(delivery(seq, 'relay', epoch));
    }
    await handOver.done;
    expect(seen).toEqual(['A', 'B', 'A', 'C']);
    expect(commits()).toBe(3);
  });

  it('waits for no store where no other page may get the same', async () => {
    const { handOver, memory, seen, answers, commits } = scene({ isAlone: true });
    await handOver.ready;
    for (const seq of [1, 2, 3]) {
      handOver.deliver(delivery(seq, 'relay'));
      await handOver.current;
    }
    await handOver.done;
    expect([seen, commits()]).toEqual([['A', 'B', 'C'], 0]);
    expect(answers.at(-1)?.header.through).toBe(3);
    expect(await memory.cursors('bob')).toMatchObject([{ through: 3 }]);
  });

  it('takes nothing for received that a closed link does not hand over', async () => {
    for (const isAlone of [true, false]) {
      const { handOver, memory, seen, answers } = scene({ isAlone, isClosed: true });
      handOver.deliver(delivery(1, 'relay'));
      await handOver.done;
      expect([seen, answers, await memory.cursors('bob')]).toEqual([[], [], []]);
    }
  });
});
