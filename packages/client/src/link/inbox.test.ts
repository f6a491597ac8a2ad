import { LIMITS } from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import { type Inbox, type Incoming, received, resumed } from './inbox.ts';

const arrival = (seq: number, more: Partial<Incoming['header']> = {}): Incoming => ({
  header: { t: 'data', id: `m${seq}`, epoch: 'E1', seq, acked: 0, at: 0, text: true, ...more },
  body: new Uint8Array(),
  path: 'relay',
});

function take(arrivals: readonly Incoming[], start?: Inbox) {
  let inbox = start;
  const seen: number[] = [];
  for (const one of arrivals) {
    const result = received(inbox, one);
    inbox = result.inbox;
    seen.push(...result.ready.map(({ header }) => header.seq));
  }
  return { inbox, seen };
}

describe('an inbox', () => {
  it('puts in order what overtook', () => {
    expect(take([arrival(2), arrival(3), arrival(1)]).seen).toEqual([1, 2, 3]);
  });

  it('shows nothing twice and acknowledges it all the same', () => {
    const { inbox, seen } = take([arrival(1), arrival(1)]);
    expect(seen).toEqual([1]);
    expect(received(inbox, arrival(1))).toMatchObject({ ready: [], answer: true });
  });

  it('goes on after a reload where the last page stopped', () => {
    expect(take([arrival(2), arrival(3)], resumed({ epoch: 'E1', through: 2, skipped: [] })).seen).toEqual([3]);
  });

  it('without memory starts behind what the sender knows to be acknowledged', () => {
    expect(take([arrival(8, { acked: 7 })]).seen).toEqual([8]);
  });

  it('hands over at once what came early, when the rest went elsewhere, and takes that later all the same', () => {
    const { inbox, seen } = take([
      arrival(1),
      arrival(4),
      arrival(6, { acked: 5 }),
      arrival(2),
      arrival(2),
      arrival(5),
    ]);
    expect(seen).toEqual([1, 4, 6, 2, 5]);
    expect(inbox).toMatchObject({ through: 6, skipped: [[3, 3]] });
  });

  it('holds no more than a window', () => {
    const far = arrival(LIMITS.windowMaxMessages + 1);
    const result = received(undefined, far);
    expect(result).toMatchObject({ ready: [], answer: false });
    expect(result.inbox.early.size).toBe(0);
  });
});
