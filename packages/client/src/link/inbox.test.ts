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
    expect(take([arrival(2), arrival(3)], resumed({ epoch: 'E1', through: 2 })).seen).toEqual([3]);
  });

  it('without memory starts behind what the sender knows to be acknowledged', () => {
    expect(take([arrival(8, { acked: 7 })]).seen).toEqual([8]);
  });

  it('starts again when the sender has reloaded, and ignores what the old page sent', () => {
    const after = take([arrival(1), arrival(2), arrival(1, { epoch: 'E2' })]);
    expect(after.seen).toEqual([1, 2, 1]);
    expect(received(after.inbox, arrival(3))).toMatchObject({ ready: [], answer: false });
  });

  it('holds no more than a window', () => {
    const far = arrival(LIMITS.windowMaxMessages + 1);
    const result = received(undefined, far);
    expect(result).toMatchObject({ ready: [], answer: false });
    expect(result.inbox.early.size).toBe(0);
  });
});
