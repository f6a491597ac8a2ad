import { describe, expect, it } from 'vitest';
import { untilUncontested } from './uncontested.ts';

describe('a change that counts only where nobody else was quicker', () => {
  it('is tried again until it does', async () => {
    let tries = 0;
    const attempt = async () => (++tries < 3 ? undefined : { tries });
    expect(await untilUncontested(attempt)).toEqual({ tries: 3 });
  });

  it('is given up at some point', async () => {
    await expect(untilUncontested(async () => undefined)).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('passes on what is thrown, and is not tried again', async () => {
    let tries = 0;
    const attempt = async () => {
      tries++;
      throw new RangeError('no');
    };
    await expect(untilUncontested(attempt)).rejects.toThrow(RangeError);
    expect(tries).toBe(1);
  });
});
