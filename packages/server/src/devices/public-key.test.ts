import { toBase64Url } from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import { devicePublicKey } from '../testing/device-keys.ts';
import { readPublicKey } from './public-key.ts';

/** The points of small order (RFC 7748, section 6.1, lists none; these are the roots of the division polynomials), little endian. */
const SMALL_ORDER = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
];
const refused = expect.objectContaining({ code: 'invalid_payload' });

describe('a public key (real WebCrypto)', () => {
  it('[DV1] is taken where it is that of X25519', async () => {
    const key = devicePublicKey();
    expect(toBase64Url(await readPublicKey(key))).toBe(key);
  });

  it.each(SMALL_ORDER)('[DV1] is refused where it is of small order: %s', async (hex) => {
    await expect(readPublicKey(toBase64Url(Buffer.from(hex, 'hex')))).rejects.toEqual(refused);
  });

  it('[DV1] is refused in a second spelling', async () => {
    const bytes = await readPublicKey(devicePublicKey());
    const highest = bytes.slice();
    highest[31] = (highest[31] ?? 0) | 0x80;
    await expect(readPublicKey(toBase64Url(highest))).rejects.toEqual(refused);
    const spelt = toBase64Url(bytes);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(spelt.at(-1) ?? '');
    await expect(readPublicKey(`${spelt.slice(0, -1)}${alphabet[last + 1]}`)).rejects.toEqual(refused);
  });
});
