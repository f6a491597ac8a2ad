import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { concat, fields, utf8 } from './bytes.ts';
import { type DeviceKey, keyIdBytes } from './device-key.ts';
import { openEnvelope, type Recipient, sealEnvelope } from './envelope.ts';
import { suite } from './hpke.ts';
import { damaged, devices, recipient } from './stand-in-devices.ts';

const content = utf8('hello');
const broken = expect.objectContaining({ code: 'seal_broken' });
let all: Awaited<ReturnType<typeof devices<'alice' | 'alice2' | 'bob' | 'bob2' | 'mallory'>>>;

beforeAll(async () => {
  all = await devices('alice', 'alice2', 'bob', 'bob2', 'mallory');
});

const seal = (recipients: readonly Recipient[], bytes = content, key = all.alice) =>
  sealEnvelope({ key, from: 'alice', to: 'bob', id: 'm1', recipients, content: bytes });

interface Reading {
  readonly from?: string;
  readonly to?: string;
  senderKey?(keyId: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

const open = (bytes: Uint8Array<ArrayBuffer>, key: DeviceKey, more: Reading = {}) =>
  openEnvelope({ key, from: 'alice', to: 'bob', bytes, senderKey: all.trust, ...more });

type Bytes = Uint8Array<ArrayBuffer>;

/** What Bob's first device learns from its slot, as the docstring of `sealEnvelope` has it. */
async function contentKeyOf(slot: Bytes, sealed: Bytes): Promise<ArrayBuffer> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', sealed));
  const aad = fields(Uint8Array.of(1), 'm1', 'alice', keyIdBytes(all.alice.keyId), 'bob', slot.slice(0, 16), digest);
  const params = {
    recipientKey: all.bob.pair,
    senderPublicKey: all.alice.pair.publicKey,
    info: utf8('anypath envelope 1'),
  };
  return suite.open({ ...params, enc: slot.slice(16, 48) }, slot.slice(48), aad);
}

describe('an envelope', () => {
  it("is opened by each device that it is sealed for, those of the sender's own wallet too", async () => {
    const bytes = await seal([all.bob, all.bob2, all.alice2].map(recipient));
    expect(bytes).toHaveLength(47 + 'm1'.length + 3 * 96 + content.byteLength);
    for (const key of [all.bob, all.bob2, all.alice2]) {
      expect(await open(bytes, key)).toEqual({ id: 'm1', keyId: all.alice.keyId, content });
    }
  });

  it('is not opened by anybody else, the sender included', async () => {
    const bytes = await seal([recipient(all.bob)]);
    for (const key of [all.bob2, all.mallory, all.alice]) await expect(open(bytes, key)).rejects.toThrow(broken);
  });

  it('is bound to both wallets', async () => {
    const bytes = await seal([recipient(all.bob)]);
    for (const reading of [
      { from: 'carol' },
      { to: 'carol' },
      { from: 'bob', to: 'alice' },
      { from: 'ali', to: 'cebob' },
    ]) {
      await expect(open(bytes, all.bob, reading)).rejects.toThrow(broken);
    }
  });

  it('is refused from a device that is not trusted, or under the key of another', async () => {
    const bytes = await seal([recipient(all.bob)]);
    await expect(open(bytes, all.bob, { senderKey: async () => undefined })).rejects.toThrow(broken);
    await expect(open(bytes, all.bob, { senderKey: async () => all.mallory.publicKey })).rejects.toThrow(broken);
  });

  it('is not given up where its sender could not be looked up', async () => {
    const bytes = await seal([recipient(all.bob)]);
    const senderKey = () => Promise.reject(new Error('offline'));
    await expect(open(bytes, all.bob, { senderKey })).rejects.toThrow('offline');
  });

  it('of somebody else does not become the sender’s by writing his name on it', async () => {
    const bytes = await seal([recipient(all.bob)], content, all.mallory);
    bytes.set(keyIdBytes(all.alice.keyId), 1);
    await expect(open(bytes, all.bob)).rejects.toThrow(broken);
  });

  it('cannot be forged by one recipient, who knows its content key, for another', async () => {
    const bytes = await seal([all.bob, all.bob2].map(recipient));
    const [head, slots, nonce, ciphertext] = [0, 21, 21 + 2 * 96, 33 + 2 * 96].map((start, index, starts) =>
      bytes.slice(start, starts[index + 1]),
    ) as [Bytes, Bytes, Bytes, Bytes];
    const rawKey = await contentKeyOf(slots.slice(0, 96), concat(nonce, ciphertext));
    const key = await crypto.subtle.importKey('raw', rawKey, 'AES-GCM', false, ['encrypt', 'decrypt']);
    const ids = [slots.subarray(0, 16), slots.subarray(96, 96 + 16)];
    const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: concat(head, ...ids) };
    // The key is the right one, and so is all that the content is bound to.
    expect(new Uint8Array(await crypto.subtle.decrypt(algorithm, key, ciphertext))).toEqual(content);
    const forged = new Uint8Array(await crypto.subtle.encrypt(algorithm, key, utf8('HELLO')));
    await expect(open(concat(head, slots, nonce, forged), all.bob2)).rejects.toThrow(broken);
  });

  it('cannot be forged by a recipient with slots of its own', async () => {
    const forged = await seal([recipient(all.bob2)], utf8('forged'), all.bob);
    forged.set(keyIdBytes(all.alice.keyId), 1);
    await expect(open(forged, all.bob2)).rejects.toThrow(broken);
  });

  it('is refused whichever bit is changed, wherever it is cut off or made longer', async () => {
    const bytes = await seal([recipient(all.bob)]);
    const how = fc.constantFrom('flip', 'cut', 'extend');
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.byteLength * 8), how, async (at, way) => {
        await expect(open(damaged(bytes, at, way), all.bob)).rejects.toThrow(broken);
      }),
      { numRuns: 300 },
    );
  });

  it('survives whatever bytes may come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        const start = Uint8Array.of(1, ...keyIdBytes(all.alice.keyId), 1, 97, 1, ...keyIdBytes(all.bob.keyId));
        for (const prefix of [[], [1], start]) {
          await expect(open(Uint8Array.from([...prefix, ...bytes]), all.bob)).rejects.toThrow(broken);
        }
      }),
    );
  });

  it('has a recipient, and an id', async () => {
    await expect(seal([])).rejects.toThrow(expect.objectContaining({ code: 'no_devices' }));
    const sealing = { key: all.alice, from: 'alice', to: 'bob', recipients: [recipient(all.bob)], content };
    for (const id of ['', 'a b', 'a'.repeat(65)]) {
      await expect(sealEnvelope({ ...sealing, id })).rejects.toThrow(
        expect.objectContaining({ code: 'invalid_payload' }),
      );
    }
  });

  it('is not sealed for a key of small order, which would be no secret', async () => {
    await expect(seal([{ keyId: all.bob.keyId, publicKey: new Uint8Array(32) }])).rejects.toThrow();
  });
});
