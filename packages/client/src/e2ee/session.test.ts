import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from './bytes.ts';
import { Session, type SessionLimits } from './session.ts';
import { damaged } from './stand-in-devices.ts';

const broken = expect.objectContaining({ code: 'seal_broken' });

async function pair(limits?: SessionLimits): Promise<[Session, Session]> {
  const id = crypto.getRandomValues(new Uint8Array(8));
  const key = () => crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const [there, back] = [await key(), await key()];
  return [
    new Session({ id, send: there, receive: back }, limits),
    new Session({ id, send: back, receive: there }, limits),
  ];
}

describe('a session', () => {
  let [alice, bob]: Session[] = [];
  const ends = () => {
    if (!alice || !bob) throw new Error('no session');
    return { alice, bob };
  };
  beforeEach(async () => {
    [alice, bob] = await pair();
  });

  it('takes packets in any order, each once', async () => {
    const { alice, bob } = ends();
    const packets = await Promise.all(Array.from({ length: 200 }, (_, index) => alice.seal(utf8(`${index}`))));
    const shuffled = packets.toSorted((a, b) => ((a.at(-1) ?? 0) < (b.at(-1) ?? 0) ? -1 : 1));
    const opened = await Promise.all(shuffled.map((packet) => bob.open(packet)));
    expect(new Set(opened.map((bytes) => new TextDecoder().decode(bytes))).size).toBe(200);
    for (const packet of packets) await expect(bob.open(packet)).rejects.toThrow(broken);
  });

  it('takes one of two copies that come at the same time', async () => {
    const { alice, bob } = ends();
    const packet = await alice.seal(utf8('once'));
    const results = await Promise.allSettled([bob.open(packet), bob.open(packet.slice())]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('refuses what is too far back', async () => {
    const { alice, bob } = ends();
    const first = await alice.seal(utf8('first'));
    for (let index = 0; index < 1023; index++) await bob.open(await alice.seal(utf8('later')));
    expect(await bob.open(first)).toEqual(utf8('first'));
    const [second, third] = await pair();
    const old = await second.seal(utf8('old'));
    for (let index = 0; index < 1024; index++) await third.open(await second.seal(utf8('later')));
    await expect(third.open(old)).rejects.toThrow(broken);
  });

  it('does not take a number for seen because of a forgery', async () => {
    const { alice, bob } = ends();
    const packet = await alice.seal(utf8('genuine'));
    const forged = packet.slice();
    forged.set([(forged.at(-1) ?? 0) ^ 1], forged.byteLength - 1);
    const ahead = packet.slice();
    ahead[14] = 0xff;
    await expect(bob.open(forged)).rejects.toThrow(broken);
    await expect(bob.open(ahead)).rejects.toThrow(broken);
    expect(await bob.open(packet)).toEqual(utf8('genuine'));
  });

  it('does not take its own packets back', async () => {
    const { alice } = ends();
    await expect(alice.open(await alice.seal(utf8('mirror')))).rejects.toThrow(broken);
  });

  it('never uses a nonce twice: it wants to be renewed in time, and refuses in the end', async () => {
    const [short] = await pair({ renewAfter: 2, max: 3 });
    const first = await Promise.all([short.seal(utf8('a')), short.seal(utf8('a'))]);
    expect(new Set(first.map((packet) => packet.subarray(0, 17).toString())).size).toBe(2);
    expect([short.wantsRenewal, short.isSpent]).toEqual([true, false]);
    await short.seal(utf8('a'));
    expect(short.isSpent).toBe(true);
    await expect(short.seal(utf8('a'))).rejects.toThrow(expect.objectContaining({ code: 'internal' }));
  });

  it('refuses a packet whichever bit is changed, wherever it is cut off or made longer', async () => {
    const { alice, bob } = ends();
    const packet = await alice.seal(utf8('content'));
    await fc.assert(
      fc.asyncProperty(fc.nat(packet.byteLength * 8), fc.constantFrom('flip', 'cut', 'extend'), async (at, way) => {
        await expect(bob.open(damaged(packet, at, way))).rejects.toThrow(broken);
      }),
      { numRuns: 500 },
    );
    expect(await bob.open(packet)).toEqual(utf8('content'));
  });
});
