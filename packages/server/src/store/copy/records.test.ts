import { describe, expect, it } from 'vitest';
import { canonical, Digester } from './records.ts';

const session = (id: string) => ({ id, untilMs: 5 });

describe('the digest of what a store holds', () => {
  it('is the same whatever the order of records and fields', () => {
    const [one, other] = [new Digester(), new Digester()];
    for (const id of ['a', 'b', 'c']) one.add(session(id));
    for (const id of ['c', 'a', 'b']) other.add({ untilMs: 5, id });
    expect(one.digest()).toEqual(other.digest());
    expect(one.digest()).toMatchObject({ count: 3, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('is another where one record differs, is missing or is there twice', () => {
    const digestOf = (...ids: string[]) => {
      const digester = new Digester();
      for (const id of ids) digester.add(session(id));
      return digester.digest().sha256;
    };
    const all = [digestOf('a', 'b'), digestOf('a', 'c'), digestOf('a'), digestOf('a', 'b', 'b'), digestOf()];
    expect(new Set(all).size).toBe(all.length);
  });

  it('tells bytes, lists and fields that are not set apart from nothing else', () => {
    expect(canonical({ b: [1, 'x'], a: new Uint8Array([255]), c: undefined })).toBe('{"a":"/w==","b":[1,"x"]}');
    expect(canonical({ proof: { message: 'ü', signature: '' } })).toBe('{"proof":{"message":"ü","signature":""}}');
  });
});
