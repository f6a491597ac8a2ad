import { Id } from '@anypath/protocol';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { ulid } from './ulid.ts';

describe('a ULID', () => {
  it('begins with its time in base32', () => {
    // The example of the specification.
    expect(ulid(1_469_918_176_385).slice(0, 10)).toBe('01ARYZ6S41');
    expect(ulid(2 ** 48 - 1).slice(0, 10)).toBe('7ZZZZZZZZZ');
  });

  it('sorts by its time', () => {
    const times = [0, 31, 32, 1_000_000, 1_700_000_000_000, 1_700_000_000_001];
    const names = times.map((ms) => ulid(ms));
    expect(names.toSorted()).toEqual(names);
  });

  it('is an identifier, and another one each time', () => {
    const names = Array.from({ length: 1_000 }, () => ulid(0));
    expect(new Set(names).size).toBe(1_000);
    expect(names.every((name) => v.is(Id, name) && /^[0-9A-HJKMNP-TV-Z]{26}$/.test(name))).toBe(true);
  });
});
