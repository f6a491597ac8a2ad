import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { utf8 } from './bytes.ts';
import { answerHello, takeWelcome } from './handshake.ts';
import { readWelcome, sayHello } from './hello.ts';
import { damaged, devices } from './stand-in-devices.ts';

const broken = expect.objectContaining({ code: 'seal_broken' });
let all: Awaited<ReturnType<typeof devices<'alice' | 'bob' | 'mallory'>>>;
beforeAll(async () => {
  all = await devices('alice', 'bob', 'mallory');
});

const aliceEnds = () => ({
  key: all.alice,
  self: 'alice',
  peer: 'bob',
  peerKeyId: all.bob.keyId,
  peerKey: all.bob.publicKey,
});
const bobEnds = () => ({
  key: all.bob,
  self: 'bob',
  peer: 'alice',
  peerKeyId: all.alice.keyId,
  peerKey: all.alice.publicKey,
});

describe('a handshake', () => {
  it('gives both sides a session of their own, with a key that cannot be exported', async () => {
    const pending = await sayHello();
    expect(pending.hello).toHaveLength(48);
    await expect(crypto.subtle.exportKey('pkcs8', pending.ephemeral.privateKey)).rejects.toThrow();
    const { session, welcome } = await answerHello(bobEnds(), pending.hello);
    expect(welcome).toHaveLength(81);
    expect(readWelcome(welcome)).toEqual({ sessionId: pending.hello.slice(0, 16), keyId: all.bob.keyId });
    const other = await takeWelcome(aliceEnds(), pending, welcome);
    expect(await session.open(await other.seal(utf8('there')))).toEqual(utf8('there'));
    expect(await other.open(await session.seal(utf8('back')))).toEqual(utf8('back'));
  });

  it('is bound to the wallets and devices of both', async () => {
    const pending = await sayHello();
    const { welcome } = await answerHello(bobEnds(), pending.hello);
    const { keyId: peerKeyId, publicKey: peerKey } = all.mallory;
    for (const wrong of [{ self: 'carol' }, { peer: 'carol' }, { key: all.mallory }, { peerKeyId }, { peerKey }]) {
      await expect(takeWelcome({ ...aliceEnds(), ...wrong }, pending, welcome)).rejects.toThrow(broken);
    }
  });

  it('is not answered by somebody else under the name of the device', async () => {
    const pending = await sayHello();
    const { welcome } = await answerHello(
      { ...bobEnds(), key: { ...all.mallory, keyId: all.bob.keyId } },
      pending.hello,
    );
    await expect(takeWelcome(aliceEnds(), pending, welcome)).rejects.toThrow(broken);
  });

  it('does not take the welcome to another hello', async () => {
    const [first, second] = [await sayHello(), await sayHello()];
    const { welcome } = await answerHello(bobEnds(), first.hello);
    await expect(takeWelcome(aliceEnds(), second, welcome)).rejects.toThrow(broken);
  });

  it('refuses a welcome whichever bit is changed', async () => {
    const pending = await sayHello();
    const { welcome } = await answerHello(bobEnds(), pending.hello);
    await fc.assert(
      fc.asyncProperty(fc.nat(welcome.byteLength * 8), async (at) => {
        await expect(takeWelcome(aliceEnds(), pending, damaged(welcome, at, 'flip'))).rejects.toThrow(broken);
      }),
      { numRuns: 200 },
    );
  });

  it('reads any bytes as a welcome or as none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 90 }), (bytes) => {
        const said = readWelcome(Uint8Array.from(bytes));
        expect(said === undefined || (bytes.length === 81 && said.keyId.length === 22)).toBe(true);
      }),
    );
  });
});
