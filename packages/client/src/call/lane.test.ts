import { describe, expect, it, vi } from 'vitest';
import { Lane, type Transmit } from './lane.ts';

const words = (heard: readonly { say: string }[]) => heard.map(({ say }) => say);
const nothing = new Uint8Array(0);

/** Two lanes; what one says reaches the other as `carry` passes it on. */
function lanes(carry: (deliver: () => void) => void) {
  const heard: string[] = [];
  const pass =
    (to: () => Lane): Transmit =>
    (header) =>
      carry(() => {
        if (header.t === 'call-ack') to().acknowledged(header);
        else heard.push(...words(to().heard(header, nothing)));
      });
  const one: Lane = new Lane(
    'c1',
    pass(() => other),
  );
  const other: Lane = new Lane(
    'c1',
    pass(() => one),
  );
  return { one, other, heard };
}

describe('a lane', () => {
  it('puts in order what overtook, and takes nothing twice', () => {
    const held: (() => void)[] = [];
    const { one, heard } = lanes((deliver) => held.push(deliver));
    for (const word of ['ring', 'describe', 'hangup'] as const) one.say(word, nothing);
    for (const deliver of [...held].reverse()) deliver();
    for (const deliver of held.slice(0, 3)) deliver();
    expect(heard).toEqual(['ring', 'describe', 'hangup']);
    one.close();
  });

  it('says again what was not heard, until it was', () => {
    vi.useFakeTimers();
    let lost = 3;
    const { one, heard } = lanes((deliver) => {
      if (lost-- <= 0) deliver();
    });
    one.say('ring', nothing);
    expect(one.isUnheard).toBe(true);
    vi.advanceTimersByTime(10_000);
    expect(heard).toEqual(['ring']);
    expect(one.isUnheard).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('begins anew where the other page has', () => {
    const { other, heard } = lanes((deliver) => deliver());
    const header = { t: 'call', id: 'c1', lane: '01A', n: 1, say: 'rings' } as const;
    heard.push(...words(other.heard(header, nothing)));
    heard.push(...words(other.heard({ ...header, lane: '01B', say: 'hangup' }, nothing)));
    // What comes late of the page before does not count any more.
    heard.push(...words(other.heard({ ...header, n: 2, say: 'accept' }, nothing)));
    expect(heard).toEqual(['rings', 'hangup']);
  });
});
