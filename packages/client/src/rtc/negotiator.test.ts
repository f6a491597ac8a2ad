import type { Forwarded, RtcReport, SignalEvent } from '@anypath/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Negotiator } from './negotiator.ts';
import { StandInPeerConnection } from './stand-in-peer-connection.ts';

type Signal = Forwarded<'rtc:offer'> | Forwarded<'rtc:answer'> | Forwarded<'rtc:candidate'>;

/** Two wallets and what is between them: every signal arrives in a moment, unless the test holds it up. */
class World {
  readonly ends = new Map<string, End>();
  /** What is on its way. */
  held: { readonly to: End; readonly event: SignalEvent; readonly signal: Signal }[] = [];
  /** Names of events that are held up, and those that the server refuses. */
  readonly holds = new Set<SignalEvent>();
  readonly refuses = new Set<SignalEvent>();

  /** A page of a wallet; one of the same name takes the place of the one before, as after a reload. */
  open(wallet: string, deviceId: string): End {
    const end = new End(this, wallet, deviceId);
    this.ends.set(deviceId, end);
    return end;
  }

  async signal(from: End, event: SignalEvent, payload: object): Promise<void> {
    if (this.refuses.has(event)) throw new Error('refused');
    const signal = { ...payload, from: from.wallet, fromDevice: from.deviceId } as unknown as Signal & {
      toDevice: string;
    };
    const to = this.ends.get(signal.toDevice);
    if (!to) return;
    if (this.holds.has(event)) this.held.push({ to, event, signal });
    else queueMicrotask(() => to.take(event, signal));
  }

  /** Lets through what was held up. */
  release(): void {
    this.holds.clear();
    for (const { to, event, signal } of this.held.splice(0)) to.take(event, signal);
  }
}

/** One negotiator, and what it told. */
class End {
  readonly wallet: string;
  readonly deviceId: string;
  readonly negotiator: Negotiator;
  readonly told: string[] = [];
  readonly frames: string[] = [];
  readonly reports: RtcReport[] = [];
  /** What becomes of a connection that is open beside the other. */
  takes = true;

  constructor(world: World, wallet: string, deviceId: string) {
    this.wallet = wallet;
    this.deviceId = deviceId;
    const around = {
      self: { wallet, deviceId },
      peer: wallet === 'alice' ? 'bob' : 'alice',
      config: async () => ({}),
      signal: (event: SignalEvent, payload: object) => world.signal(this, event, payload),
    };
    this.negotiator = new Negotiator(around, {
      offered: (device) => this.told.push(`offered by ${device}`),
      opened: (tier) => this.told.push(`opened ${tier}`),
      ready: (tier) => this.#onReady(tier),
      tier: () => undefined,
      failed: () => this.told.push('failed'),
      lost: () => this.told.push('lost'),
      missed: () => this.told.push('missed'),
      repeated: () => this.told.push('repeated'),
      frame: (_device, bytes) => this.frames.push(new TextDecoder().decode(bytes)),
      traced: () => undefined,
      reported: (report) => this.reports.push(report),
    });
  }

  take(event: SignalEvent, signal: Signal): void {
    if (event === 'rtc:offer') void this.negotiator.onOffer(signal as Forwarded<'rtc:offer'>);
    else if (event === 'rtc:answer') void this.negotiator.onAnswer(signal as Forwarded<'rtc:answer'>);
    else void this.negotiator.onCandidate(signal as Forwarded<'rtc:candidate'>);
  }

  send(text: string): boolean {
    return this.negotiator.send(new TextEncoder().encode(text));
  }

  count(what: string): number {
    return this.told.filter((one) => one === what).length;
  }

  #onReady(tier: string): void {
    this.told.push(`ready ${tier}`);
    if (!this.takes) return this.negotiator.dropBeside();
    this.negotiator.drop();
    this.send('here');
  }
}

const made = StandInPeerConnection.all;
const living = () => made.filter(({ connectionState }) => connectionState !== 'closed').map(({ name }) => name);
/** Until everything that follows by itself has happened. */
const settled = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  vi.stubGlobal('RTCPeerConnection', StandInPeerConnection);
  made.length = 0;
  StandInPeerConnection.connects = true;
  StandInPeerConnection.candidateType = 'host';
});
afterEach(() => {
  for (const pc of made) pc.close();
  vi.unstubAllGlobals();
});

/** Alice's device is named lower, and so goes first where both offer. */
function scene() {
  const world = new World();
  return { world, alice: world.open('alice', 'a1'), bob: world.open('bob', 'b1') };
}

async function connected() {
  const { world, alice, bob } = scene();
  await alice.negotiator.start('b1');
  await settled();
  expect([alice.told, bob.told]).toEqual([['opened direct'], ['offered by a1', 'opened direct']]);
  return { world, alice, bob };
}

describe('negotiation (the browser’s RTCPeerConnection is a stand-in)', () => {
  it('makes one connection, and tells both sides', async () => {
    const { alice, bob } = await connected();
    alice.send('hello');
    await settled();
    expect(bob.frames).toEqual(['hello']);
    expect(living()).toHaveLength(2);
  });

  it('makes one connection where both offer at once: the device whose name sorts higher gives way', async () => {
    const { alice, bob } = scene();
    await Promise.all([alice.negotiator.start('b1'), bob.negotiator.start('a1')]);
    await settled();
    expect([alice.count('opened direct'), bob.count('opened direct')]).toEqual([1, 1]);
    expect(alice.told).not.toContain('offered by b1');
    expect(bob.told).toContain('offered by a1');
    expect(living()).toHaveLength(2);
    expect(bob.reports).toMatchObject([{ outcome: 'abandoned', role: 'offer' }]);
  });

  it('is not confused by the answer to an offer that another one has replaced', async () => {
    const { world, alice, bob } = scene();
    world.holds.add('rtc:answer');
    await alice.negotiator.start('b1');
    await settled();
    const [first] = world.held.splice(0);
    world.holds.clear();
    await alice.negotiator.start('b1');
    await settled();
    expect(alice.told).toEqual(['opened direct']);
    if (first) first.to.take(first.event, first.signal);
    await settled();
    expect(alice.told).toEqual(['opened direct']);
    expect(bob.count('opened direct')).toBe(1);
  });

  it('begins anew where an answer never comes, and says so', async () => {
    const { world, alice, bob } = scene();
    world.holds.add('rtc:answer');
    await alice.negotiator.start('b1');
    await settled();
    alice.negotiator.stop('failed');
    expect(alice.reports).toMatchObject([{ outcome: 'failed', reason: 'no_answer' }]);
    world.release();
    await settled();
    expect(alice.told).toEqual([]);
    await alice.negotiator.start('b1');
    await settled();
    expect([alice.told.at(-1), bob.told.at(-1)]).toEqual(['opened direct', 'opened direct']);
  });

  it('offers once more to a page that was loaded after the offer, and offers itself', async () => {
    const { world, alice } = scene();
    world.holds.add('rtc:offer');
    await alice.negotiator.start('b1');
    world.held.length = 0;
    const bob = world.open('bob', 'b1');
    world.holds.clear();
    await bob.negotiator.start('a1');
    await settled();
    expect(alice.told).toEqual(['repeated', 'opened direct']);
    expect(bob.told).toEqual(['offered by a1', 'opened direct']);
  });

  it('follows a page that was reloaded: its new connection takes the place of the one that nobody is behind', async () => {
    const { world, alice } = await connected();
    const bob = world.open('bob', 'b1');
    await bob.negotiator.start('a1');
    await settled();
    expect(bob.told).toEqual(['opened direct']);
    bob.send('back');
    await settled();
    expect(alice.frames).toEqual(['back']);
    expect(alice.told.slice(1)).toEqual(['offered by b1', 'opened direct']);
    alice.send('welcome');
    await settled();
    expect(bob.frames).toEqual(['welcome']);
  });

  it('goes to another device of the other side, and leaves the one before', async () => {
    const { world, alice, bob } = await connected();
    const phone = world.open('bob', 'b2');
    await phone.negotiator.start('a1');
    await settled();
    expect(alice.told.slice(1)).toEqual(['offered by b2', 'opened direct']);
    expect(bob.told.at(-1)).toBe('failed');
    alice.send('here?');
    await settled();
    expect(phone.frames).toEqual(['here?']);
  });

  it('takes candidates that come before their offer', async () => {
    const { world, alice } = scene();
    world.holds.add('rtc:offer');
    await alice.negotiator.start('b1');
    await settled();
    world.release();
    await settled();
    expect(made[1]?.heard).toEqual(['candidate:1 1 udp 2122 pc0 5000 typ host']);
  });

  it('fails where the server refuses the offer, and where the browser refuses the answer', async () => {
    const { world, alice } = scene();
    world.refuses.add('rtc:offer');
    await alice.negotiator.start('b1');
    expect(alice.told).toEqual(['failed']);
    expect(alice.reports).toMatchObject([{ outcome: 'failed', reason: 'signalling' }]);
    world.refuses.clear();
    world.holds.add('rtc:answer');
    await alice.negotiator.start('b1');
    await settled();
    const [answer] = world.held.splice(0);
    const sdp = { type: 'answer', sdp: 'refused' } as const;
    alice.take('rtc:answer', { ...(answer?.signal as Forwarded<'rtc:answer'>), sdp });
    await settled();
    expect(alice.told).toEqual(['failed', 'failed']);
    expect(living()).toHaveLength(1);
  });

  it('fails where no pair of candidates works', async () => {
    StandInPeerConnection.connects = false;
    const { alice, bob } = scene();
    await alice.negotiator.start('b1');
    await settled();
    made[0]?.fail();
    expect(alice.told).toEqual(['failed']);
    expect(alice.reports).toMatchObject([{ outcome: 'failed', reason: 'no_pair' }]);
    expect(bob.told).toEqual(['offered by a1']);
  });
});

describe('a connection beside one that is open', () => {
  it('takes its place on both sides once it is open', async () => {
    const { alice, bob } = await connected();
    await alice.negotiator.start('b1');
    await settled();
    expect(alice.told.slice(1)).toEqual(['ready direct']);
    expect(bob.told.slice(2)).toEqual(['offered by a1', 'opened direct']);
    expect(living()).toEqual(['pc2', 'pc3']);
    bob.send('over there');
    await settled();
    expect(alice.frames).toEqual(['over there']);
    expect(bob.frames).toEqual(['here']);
  });

  it('goes on both sides where who offered it keeps the other', async () => {
    const { alice, bob } = await connected();
    alice.takes = false;
    await alice.negotiator.start('b1');
    await settled();
    expect(bob.told.slice(2)).toEqual(['offered by a1', 'missed']);
    expect(living()).toEqual(['pc0', 'pc1']);
    alice.send('still here');
    await settled();
    expect(bob.frames).toEqual(['still here']);
  });

  it('is given up where nobody answers, and the other carries on', async () => {
    const { world, alice, bob } = await connected();
    world.holds.add('rtc:offer');
    await alice.negotiator.start('b1');
    alice.negotiator.dropBeside('failed');
    expect(alice.reports).toMatchObject([{ outcome: 'failed', reason: 'no_answer' }]);
    world.release();
    await settled();
    expect(alice.told).toEqual(['opened direct']);
    alice.send('still here');
    await settled();
    expect(bob.frames).toEqual(['still here']);
  });

  it('is the only one where both begin it at once', async () => {
    const { alice, bob } = await connected();
    await Promise.all([alice.negotiator.start('b1'), bob.negotiator.start('a1')]);
    await settled();
    expect(alice.told).toContain('ready direct');
    expect(bob.told).not.toContain('ready direct');
    expect(living()).toHaveLength(2);
    bob.send('one');
    await settled();
    expect(alice.frames).toEqual(['one']);
  });

  it('goes on by itself where the other ends', async () => {
    const { world, alice } = await connected();
    world.holds.add('rtc:answer');
    await alice.negotiator.start('b1');
    await settled();
    made[0]?.fail();
    expect(alice.told.slice(1)).toEqual(['lost']);
    world.release();
    await settled();
    expect(alice.told.slice(1)).toEqual(['lost', 'opened direct']);
  });

  it('is missed where it fails', async () => {
    const { alice } = await connected();
    StandInPeerConnection.connects = false;
    await alice.negotiator.start('b1');
    await settled();
    made[2]?.fail();
    expect(alice.told.slice(1)).toEqual(['missed']);
    expect(alice.send('still here')).toBe(true);
  });
});
