import { LIMITS } from '@anypath/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Incoming } from './inbox.ts';
import { Assembly, joined, partsOf } from './parts.ts';

const arrivals = (id: string, body: Uint8Array, firstSeq = 1, epoch = 'E1'): Incoming[] =>
  partsOf(body).map(({ body, part }, index) => ({
    header: {
      t: 'data',
      id,
      epoch,
      seq: firstSeq + index,
      acked: 0,
      at: 0,
      text: false,
      ...(part && { part: [...part] }),
    },
    body,
    path: 'relay',
  }));

describe('the parts of a message', () => {
  it('are the message again, whatever its length', () => {
    const lengths = fc.oneof(
      fc.integer({ min: 0, max: 4 * LIMITS.partMaxBytes }),
      fc.constantFrom(LIMITS.partMaxBytes, LIMITS.partMaxBytes + 1, 2 * LIMITS.partMaxBytes),
    );
    fc.assert(
      fc.property(lengths, (length) => {
        const body = Uint8Array.from({ length }, (_, index) => index % 251);
        const assembly = new Assembly();
        const parts = arrivals('m1', body);
        const whole = parts.map((part) => assembly.add(part)).filter((done) => done !== undefined);
        expect(parts.every((part) => part.body.byteLength <= LIMITS.partMaxBytes)).toBe(true);
        expect(whole).toHaveLength(1);
        const back = joined(whole[0] ?? []);
        expect(back.byteLength).toBe(length);
        expect(back.every((byte, index) => byte === body[index])).toBe(true);
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  it('without their beginning, which went to another device, are dropped, and the next message is not', () => {
    const assembly = new Assembly();
    const [, ...rest] = arrivals('m1', new Uint8Array(3 * LIMITS.partMaxBytes));
    expect(rest.map((part) => assembly.add(part))).toEqual([undefined, undefined]);
    const next = arrivals('m2', new Uint8Array(LIMITS.partMaxBytes + 1), 4);
    expect(next.map((part) => assembly.add(part)?.length)).toEqual([undefined, 2]);
  });

  it('of two streams may come by turns, as of a message and of what another device of ours sent', () => {
    const assembly = new Assembly();
    const ours = arrivals('m1', new Uint8Array(2 * LIMITS.partMaxBytes), 1, 'E1');
    const theirs = arrivals('m2', new Uint8Array(3 * LIMITS.partMaxBytes), 1, 'E2');
    const mixed = [theirs[0], ours[0], theirs[1], ours[1], theirs[2]].filter((part) => part !== undefined);
    expect(mixed.map((part) => assembly.add(part)?.[0]?.header.id)).toEqual([
      undefined,
      undefined,
      undefined,
      'm1',
      'm2',
    ]);
  });

  it('of more than a message may have are not kept', () => {
    const assembly = new Assembly();
    const [first] = arrivals('m1', new Uint8Array(2 * LIMITS.partMaxBytes));
    if (!first) throw new Error('there is a part');
    const huge = { ...first, body: new Uint8Array(LIMITS.messageMaxBytes + 1) };
    expect(assembly.add(huge)).toBeUndefined();
    const [, second] = arrivals('m1', new Uint8Array(2 * LIMITS.partMaxBytes));
    expect(second && assembly.add(second)).toBeUndefined();
  });
});
