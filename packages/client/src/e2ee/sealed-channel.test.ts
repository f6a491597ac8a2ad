import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { utf8 } from './bytes.ts';
import type { DeviceKey } from './device-key.ts';
import { sealEnvelope } from './envelope.ts';
import { sayHello } from './hello.ts';
import { encodeContent, PACKET } from './packet.ts';
import { type Arrival, SealedChannel } from './sealed-channel.ts';
import { damaged, devices, recipient } from './stand-in-devices.ts';

type Bytes = Uint8Array<ArrayBuffer>;
const broken = expect.objectContaining({ code: 'seal_broken' });
const text = (bytes: Bytes | undefined) => bytes && new TextDecoder().decode(bytes);
let all: Awaited<ReturnType<typeof devices<'alice' | 'bob' | 'bob2' | 'mallory'>>>;
beforeAll(async () => {
  all = await devices('alice', 'bob', 'bob2', 'mallory');
});

const channel = (self: string, key: DeviceKey, peer: string, ...peers: readonly DeviceKey[]) =>
  new SealedChannel({
    key,
    self,
    peer,
    recipients: async () => peers.map(recipient),
    publicKeyOf: async (keyId) => peers.find((device) => device.keyId === keyId)?.publicKey,
  });
const ofAlice = () => channel('alice', all.alice, 'bob', all.bob, all.bob2);
const ofBob = (key = all.bob) => channel('bob', key, 'alice', all.alice);

/** Hands a packet over, and every answer to it, until there is none. Returns what arrived, with whom. */
async function exchange(packet: Bytes, to: SealedChannel, from: SealedChannel): Promise<string[]> {
  const { content, reply } = await to.incoming(packet);
  const arrived = content ? [text(content) ?? ''] : [];
  return reply ? [...arrived, ...(await exchange((await reply) as Bytes, from, to))] : arrived;
}

const say = async (what: string, from: SealedChannel, to: SealedChannel) =>
  exchange(await from.outgoing(utf8(what)), to, from);

/** Two channels with a session between them. */
async function connected() {
  const [alice, bob] = [ofAlice(), ofBob()];
  await say('first', alice, bob);
  return { alice, bob };
}

describe('a sealed channel', () => {
  it('begins with an envelope, and goes on in a session, both ways', async () => {
    const [alice, bob] = [ofAlice(), ofBob()];
    const first = await alice.outgoing(utf8('first'));
    expect(first[0]).toBe(PACKET.envelope);
    expect(await exchange(first, bob, alice)).toEqual(['first']);
    expect([alice.hasSession, bob.hasSession]).toEqual([true, true]);
    const [there, back] = [await alice.outgoing(utf8('there')), await bob.outgoing(utf8('back'))];
    expect([there[0], back[0]]).toEqual([PACKET.session, PACKET.session]);
    expect([text((await bob.incoming(there)).content), text((await alice.incoming(back)).content)]).toEqual([
      'there',
      'back',
    ]);
  });

  it('finds whichever device of the other wallet is at the other end', async () => {
    const [alice, second] = [ofAlice(), ofBob(all.bob2)];
    await say('first', alice, second);
    expect([alice.hasSession, second.hasSession]).toEqual([true, true]);
  });

  it('says the same hello until it is answered, and gets the same welcome', async () => {
    const [alice, bob] = [ofAlice(), ofBob()];
    const packets = [await alice.outgoing(utf8('1')), await alice.outgoing(utf8('2'))];
    const answers = await Promise.all(packets.map((packet) => bob.incoming(packet)));
    expect(answers.map(({ content }) => text(content))).toEqual(['1', '2']);
    const welcomes = await Promise.all(answers.map(({ reply }) => reply ?? utf8('')));
    expect(welcomes[0]).toEqual(welcomes[1]);
    await alice.incoming(welcomes[0] ?? utf8(''));
    expect(await alice.incoming(welcomes[1] ?? utf8(''))).toEqual({});
  });

  it('lets both say hello at once', async () => {
    const [alice, bob] = [ofAlice(), ofBob()];
    const [hers, his] = [await alice.outgoing(utf8('hers')), await bob.outgoing(utf8('his'))];
    const [atBob, atAlice] = await Promise.all([bob.incoming(hers), alice.incoming(his)]);
    await exchange((await atBob.reply) ?? utf8(''), alice, bob);
    await exchange((await atAlice.reply) ?? utf8(''), bob, alice);
    expect(await say('there', alice, bob)).toEqual(['there']);
    expect(await say('back', bob, alice)).toEqual(['back']);
  });

  it('does not send in a session before the other side has shown that it has it', async () => {
    const [alice, bob] = [ofAlice(), ofBob()];
    await bob.incoming(await alice.outgoing(utf8('first')));
    expect(bob.hasSession).toBe(false);
    expect((await bob.outgoing(utf8('back')))[0]).toBe(PACKET.envelope);
  });

  it('finds its way back after either side has forgotten everything', async () => {
    const { alice, bob } = await connected();
    const reloadedBob = ofBob();
    expect(await say('lost', alice, reloadedBob)).toEqual([]);
    expect(await say('found', alice, reloadedBob)).toEqual(['found']);
    expect(await say('back', reloadedBob, alice)).toEqual(['back']);
    const reloadedAlice = ofAlice();
    expect(await say('again', reloadedAlice, bob)).toEqual(['again']);
    expect(await say('once more', bob, reloadedAlice)).toEqual(['once more']);
  });

  it('goes on where neither side knows the session of the other', async () => {
    const [{ alice }, { bob }] = [await connected(), await connected()];
    for (let tries = 0; tries < 3; tries++) await say('lost', alice, bob);
    expect(await say('there', alice, bob)).toEqual(['there']);
    expect(await say('back', bob, alice)).toEqual(['back']);
  });

  it('answers old hellos that are replayed, and keeps its session all the same', async () => {
    const recorded: Bytes[] = [];
    for (let index = 0; index < 12; index++) recorded.push(await ofAlice().outgoing(utf8('old')));
    const { alice, bob } = await connected();
    for (const packet of [...recorded, ...recorded]) {
      const { content, reply } = await bob.incoming(packet);
      // The frame is for the caller to recognise. The welcome is for a key that is gone.
      expect(text(content)).toBe('old');
      await expect(alice.incoming((await reply) ?? utf8(''))).rejects.toThrow(broken);
    }
    expect((await bob.outgoing(utf8('x')))[0]).toBe(PACKET.session);
    expect(await say('back', bob, alice)).toEqual(['back']);
    expect(await say('there', alice, bob)).toEqual(['there']);
  });

  it('refuses a replay of its packets, and of what it sent itself', async () => {
    const { alice, bob } = await connected();
    const packet = await alice.outgoing(utf8('once'));
    await bob.incoming(packet);
    await expect(bob.incoming(packet)).rejects.toThrow(broken);
    await expect(alice.incoming(packet)).rejects.toThrow(broken);
    const own = await ofAlice().outgoing(utf8('mirror'));
    await expect(alice.incoming(own)).rejects.toThrow(broken);
  });

  it('takes nothing from a device that is not trusted, nor a hello with a key of small order', async () => {
    const bob = ofBob();
    const mallory = channel('alice', all.mallory, 'bob', all.bob);
    await expect(bob.incoming(await mallory.outgoing(utf8('trust me')))).rejects.toThrow(broken);
    const { hello } = await sayHello();
    hello.fill(0, 16);
    const sealing = { key: all.alice, from: 'alice', to: 'bob', id: 'm1', recipients: [recipient(all.bob)] };
    const bytes = await sealEnvelope({ ...sealing, content: encodeContent({ hello }) });
    await expect(bob.incoming(bytes)).rejects.toThrow(broken);
  });

  it('does not let a message wait for the answer to its hello, and says where that was not right', async () => {
    const bob = ofBob();
    const { hello } = await sayHello();
    hello.fill(0, 16);
    const sealing = { key: all.alice, from: 'alice', to: 'bob', id: 'm1', recipients: [recipient(all.bob)] };
    const bytes = await sealEnvelope({ ...sealing, content: encodeContent({ hello, frame: utf8('first') }) });
    const { content, reply } = await bob.incoming(bytes);
    expect(text(content)).toBe('first');
    await expect(reply).rejects.toThrow(broken);
  });

  it('ends the sessions of a device that is dropped', async () => {
    const { alice } = await connected();
    alice.drop(all.bob2.keyId);
    expect(alice.hasSession).toBe(true);
    alice.drop(all.bob.keyId);
    expect(alice.hasSession).toBe(false);
  });

  it('sends nothing that is empty', async () => {
    await expect(ofAlice().outgoing(new Uint8Array())).rejects.toThrow(
      expect.objectContaining({ code: 'invalid_payload' }),
    );
  });

  it('refuses every packet that was damaged; one with another session’s name is none of its own', async () => {
    const { alice, bob } = await connected();
    const hello = await ofAlice().outgoing(utf8('hello'));
    const packet = await alice.outgoing(utf8('packet'));
    const slots = { from: 16 + 1 + 1 + 26 + 1, each: 96 };
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(hello, packet),
        fc.nat(4096),
        fc.constantFrom('flip', 'cut', 'extend'),
        async (original, at, way) => {
          const bytes = damaged(original, at, way);
          const index = at % original.byteLength;
          const isNamed = original === packet && way === 'flip' && index >= 1 && index < 9;
          // The slot of Bob's other device is that device's to check.
          const isOther =
            original === hello &&
            way === 'flip' &&
            index >= slots.from + slots.each + 16 &&
            index < slots.from + 2 * slots.each;
          if (isOther) return;
          if (isNamed) expect(Object.keys(await bob.incoming(bytes))).toEqual(['reply']);
          else await expect(bob.incoming(bytes)).rejects.toThrow(broken);
        },
      ),
      { numRuns: 400 },
    );
    expect(text((await bob.incoming(packet)).content)).toBe('packet');
  });

  it('survives whatever bytes may come', async () => {
    const { bob } = await connected();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(4), async (bytes, kind) => {
        const result = await bob
          .incoming(Uint8Array.from([kind, ...bytes]))
          .catch((error: { code: string }) => error.code);
        if (result !== 'seal_broken') expect(result).not.toHaveProperty('content');
      }),
    );
  });

  it('carries what is authentic over a wire that loses, repeats and reorders, and comes to a session', async () => {
    const move = fc.record({
      at: fc.constantFrom<Side>('alice', 'bob'),
      says: fc.boolean(),
      pick: fc.nat(1000),
      fate: fc.constantFrom<Fate>('arrives', 'arrives', 'arrives', 'arrives again', 'is lost'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 20, maxLength: 80 }), async (moves) => {
        const wire = new Wire({ alice: ofAlice(), bob: ofBob() });
        for (const [index, { at, says, pick, fate }] of moves.entries()) {
          if (says) await wire.say(at, `${index} of ${at}`);
          await wire.move(at, pick, fate);
        }
        // The wire gets better: what is said now arrives, at the latest when it is said again.
        for (const at of ['alice', 'bob'] as const) await wire.sayUntilHeard(at, 'last');
        expect([wire.ends.alice.hasSession, wire.ends.bob.hasSession]).toEqual([true, true]);
      }),
      { numRuns: 40 },
    );
  }, 30_000);
});

type Side = 'alice' | 'bob';
type Fate = 'arrives' | 'arrives again' | 'is lost';
const otherOf = (side: Side): Side => (side === 'alice' ? 'bob' : 'alice');

/** A wire without order, that loses and repeats. It checks that nothing arrives which was not said. */
class Wire {
  readonly ends: Readonly<Record<Side, SealedChannel>>;
  /** On their way to somebody. */
  readonly #packets: Record<Side, Bytes[]> = { alice: [], bob: [] };
  readonly #said: Record<Side, Set<string>> = { alice: new Set(), bob: new Set() };

  constructor(ends: Readonly<Record<Side, SealedChannel>>) {
    this.ends = ends;
  }

  async say(from: Side, what: string): Promise<Bytes> {
    this.#said[from].add(what);
    const packet = await this.ends[from].outgoing(utf8(what));
    this.#packets[otherOf(from)].push(packet);
    return packet;
  }

  /** Something happens to one of the packets that are on their way to somebody. */
  async move(to: Side, pick: number, fate: Fate): Promise<void> {
    const packets = this.#packets[to];
    const packet = packets[pick % Math.max(1, packets.length)];
    if (!packet) return;
    if (fate !== 'arrives again') packets.splice(packets.indexOf(packet), 1);
    if (fate === 'is lost') return;
    const { content, reply } = await this.ends[to].incoming(packet).catch((error: unknown): Arrival => {
      expect(error).toEqual(broken);
      return {};
    });
    if (content) expect(this.#said[otherOf(to)]).toContain(text(content));
    if (reply) this.#packets[otherOf(to)].push((await reply) as Bytes);
  }

  async sayUntilHeard(from: Side, what: string): Promise<void> {
    const arrived: string[] = [];
    for (let tries = 0; tries < 5 && arrived.length === 0; tries++) {
      arrived.push(...(await say(what, this.ends[from], this.ends[otherOf(from)])));
    }
    expect(arrived).toEqual([what]);
  }
}
