import { beforeAll, describe, expect, it } from 'vitest';
import { safetyNumber } from './safety-number.ts';
import { devices } from './stand-in-devices.ts';

let ids: string[];
beforeAll(async () => {
  const { a, b, c } = await devices('a', 'b', 'c');
  ids = [a.keyId, b.keyId, c.keyId];
});

describe('a safety number', () => {
  it('has 60 digits in 12 groups', async () => {
    const number = await safetyNumber({ wallet: 'alice', keyIds: ids }, { wallet: 'bob', keyIds: [] });
    expect(number).toMatch(/^\d{5}( \d{5}){11}$/);
  });

  it('is the same from both sides, in whatever order the devices come', async () => {
    const [first = '', second = '', third = ''] = ids;
    const ours = await safetyNumber({ wallet: 'alice', keyIds: [first, second] }, { wallet: 'bob', keyIds: [third] });
    const theirs = await safetyNumber({ wallet: 'bob', keyIds: [third] }, { wallet: 'alice', keyIds: [second, first] });
    expect(ours).toBe(theirs);
  });

  it('changes with every wallet and device, and with whose a device is', async () => {
    const [first = '', second = '', third = ''] = ids;
    const numbers = await Promise.all([
      safetyNumber({ wallet: 'alice', keyIds: [first, second] }, { wallet: 'bob', keyIds: [third] }),
      safetyNumber({ wallet: 'alice', keyIds: [first] }, { wallet: 'bob', keyIds: [second, third] }),
      safetyNumber({ wallet: 'alice', keyIds: [first] }, { wallet: 'bob', keyIds: [third] }),
      safetyNumber({ wallet: 'alice', keyIds: [third] }, { wallet: 'bob', keyIds: [first] }),
      safetyNumber({ wallet: 'alic', keyIds: [first] }, { wallet: 'bob', keyIds: [third] }),
      safetyNumber({ wallet: 'alice', keyIds: [] }, { wallet: 'bob', keyIds: [] }),
    ]);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('is written the same for ever: people have compared it', async () => {
    const keyIds = ['AAAAAAAAAAAAAAAAAAAAAA'];
    const number = await safetyNumber({ wallet: 'alice', keyIds }, { wallet: 'bob', keyIds: [] });
    expect(number).toMatchInlineSnapshot(`"28454 11319 04241 05325 41894 08262 25296 63796 00491 86565 78313 19069"`);
  });
});
