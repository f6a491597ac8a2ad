import { AnypathError, keyIdOf } from '@anypath/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { importPublicKey, keyIdBytes, makeDeviceKey } from './device-key.ts';

afterEach(() => vi.restoreAllMocks());

describe('a device key', () => {
  it('is named by the digest of its public key', async () => {
    const key = await makeDeviceKey();
    expect(key.publicKey).toHaveLength(32);
    expect(key.keyId).toBe(await keyIdOf(key.publicKey));
    expect(keyIdBytes(key.keyId)).toHaveLength(16);
  });

  it.each(['raw', 'pkcs8', 'jwk'] as const)('cannot be exported as %s', async (format) => {
    const { pair } = await makeDeviceKey();
    expect(pair.privateKey.usages).toEqual(['deriveBits']);
    await expect(crypto.subtle.exportKey(format, pair.privateKey)).rejects.toThrow();
  });

  it('survives a structured clone, as IndexedDB makes one, and works after it', async () => {
    const [key, other] = [structuredClone(await makeDeviceKey()), await makeDeviceKey()];
    const agreed = await Promise.all([
      crypto.subtle.deriveBits({ name: 'X25519', public: other.pair.publicKey }, key.pair.privateKey, 256),
      crypto.subtle.deriveBits({ name: 'X25519', public: key.pair.publicKey }, other.pair.privateKey, 256),
    ]);
    expect(new Uint8Array(agreed[0])).toEqual(new Uint8Array(agreed[1]));
  });

  it('is refused with a sentence where the platform has no X25519, or no cryptography', async () => {
    vi.spyOn(crypto.subtle, 'generateKey').mockRejectedValueOnce(new DOMException('', 'NotSupportedError'));
    await expect(makeDeviceKey()).rejects.toThrow(expect.objectContaining({ code: 'crypto_unsupported' }));
    vi.spyOn(globalThis, 'crypto', 'get').mockReturnValue({} as Crypto);
    await expect(makeDeviceKey()).rejects.toThrow(/HTTPS/);
  });

  it.each([0, 31, 33])('is not imported from %i bytes', async (length) => {
    await expect(importPublicKey(new Uint8Array(length))).rejects.toThrow(AnypathError);
  });

  it.each(['', 'a', 'A'.repeat(21), 'A'.repeat(23), `${'A'.repeat(21)}=`])('has no name like "%s"', (keyId) => {
    expect(() => keyIdBytes(keyId)).toThrow(AnypathError);
  });
});
