import { RATE_LIMITS } from '@anypath/protocol';
import { describe, expect, it, vi } from 'vitest';
import { openSqliteStore } from '../store/sqlite.ts';
import { answer, ask, candidate, codeOf, offer, record, settled, to } from '../testing/signals.ts';
import { heard, TestServer, type TestSocket } from '../testing/test-server.ts';

/** What a socket hears of a call, each by its `signalId`. */
const signalIds = (seen: readonly Record<string, unknown>[]) => seen.map(({ signalId }) => signalId);

/** Loses the connection of a socket, as a network does. */
async function lose(socket: TestSocket, server: TestServer, deviceId: string): Promise<void> {
  socket.io.engine.close();
  await vi.waitUntil(() => server.log.some(({ msg, device }) => msg === 'socket closed' && device === deviceId));
}

/** Switches signals off for some wallets, as an operator does, and waits until the server has seen it. */
async function forbid(server: TestServer, wallets: readonly string[], isSeen: () => Promise<boolean>): Promise<void> {
  const store = openSqliteStore(server.folder);
  const off = Object.fromEntries(wallets.map((wallet) => [wallet, false]));
  store.setFlag({ key: 'rtc.signal', enabled: true, percent: 100, wallets: off });
  store.close();
  await vi.waitUntil(isSeen, { timeout: 5_000, interval: 100 });
}

describe('a signal with several faults, on the real server', () => {
  it('[SG1] [SG5] [SG15] is refused for the first of them in the order of the rule', async () => {
    await using server = await TestServer.start({ CONTACTS: 'mutual' });
    const noRtc = { token: await server.signIn('alice'), deviceId: 'a1', rtc: false };
    const shy = await server.socket('alice', 'a1', { auth: noRtc });
    const alice = await server.socket('alice', 'a2');
    const bob = await server.socket('bob', 'b1');
    const bad = { sdp: { type: 'offer', sdp: 'no sdp' } };
    const send = (socket: TestSocket, more: object = {}) => ask(socket, 'rtc:offer', offer('alice', 'bob', more));
    // A device without WebRTC, a stranger, a target without the flag, and SDP that is none: the fields come first.
    expect(await send(shy, { ...bad, signalId: '' })).toMatchObject({ message: expect.stringContaining('signalId') });
    expect(await send(shy, { ...bad, to: 'alice' })).toMatchObject({ message: expect.stringMatching(/^to: /) });
    expect(await send(shy, { ...bad, convId: 'x' })).toMatchObject({ message: expect.stringMatching(/^convId: /) });
    const first = offer('alice', 'bob', bad);
    expect(await codeOf(ask(shy, 'rtc:offer', first))).toBe('sender_not_rtc_eligible');
    expect(await codeOf(ask(shy, 'rtc:offer', { ...first, session: 'x' }))).toBe('signal_reused');
    await forbid(
      server,
      ['bob'],
      async () => (await codeOf(ask(bob, 'rtc:hangup', to('bob', 'alice')))) !== 'forbidden',
    );
    expect(await codeOf(send(alice, bad))).toBe('forbidden');
    await ask(alice, 'contacts:change', { action: 'ask', wallet: 'bob' });
    await ask(bob, 'contacts:change', { action: 'accept', wallet: 'alice' });
    expect(await codeOf(send(alice, bad))).toBe('target_not_rtc_eligible');
    await forbid(server, [], async () => (await codeOf(send(alice, bad))) !== 'target_not_rtc_eligible');
    expect(await send(alice, { ...bad, toDevice: 'b9' })).toMatchObject({
      error: 'invalid_payload',
      message: expect.stringMatching(/^sdp: /),
    });
    expect(await codeOf(send(alice, { toDevice: 'b9' }))).toBe('target_offline');
  });

  it('[SG1] [SG10] is taken before it is offline', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const [b1, b2] = [await server.socket('bob', 'b1'), await server.socket('bob', 'b2')];
    await ask(alice, 'rtc:offer', offer('alice', 'bob'));
    expect(await codeOf(ask(b1, 'rtc:answer', answer('bob', 'alice')))).toBe('ok');
    alice.disconnect();
    await heard(b1, 'presence:update', ({ online }) => !online);
    expect(await codeOf(ask(b2, 'rtc:answer', answer('bob', 'alice')))).toBe('taken');
    expect(await codeOf(ask(b1, 'rtc:candidate', candidate('bob', 'alice')))).toBe('target_offline');
  });
});

describe('the identity of a signal, on the real server', () => {
  it('[SG5] a refusal is remembered: a new attempt takes a new signalId', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const early = offer('alice', 'bob');
    expect(await codeOf(ask(alice, 'rtc:offer', early))).toBe('target_offline');
    const bob = await server.socket('bob', 'b1');
    const seen = record(bob, 'rtc:offer');
    expect(await codeOf(ask(alice, 'rtc:offer', early))).toBe('target_offline');
    const late = { ...early, signalId: 'late' };
    expect(await codeOf(ask(alice, 'rtc:offer', late))).toBe('ok');
    await settled(bob);
    expect(signalIds(seen)).toEqual(['late']);
  });

  it('[SG6] is its own for every device', async () => {
    await using server = await TestServer.start();
    const senders = [await server.socket('alice', 'a1'), await server.socket('alice', 'a2')];
    const bob = await server.socket('bob', 'b1');
    const seen = record(bob, 'rtc:candidate');
    for (const [index, socket] of senders.entries()) {
      const signal = candidate('alice', 'bob', { signalId: 'same', session: `call-${index}` });
      expect(await codeOf(ask(socket, 'rtc:candidate', signal))).toBe('ok');
    }
    await settled(bob);
    expect(seen.map(({ fromDevice }) => fromDevice)).toEqual(['a1', 'a2']);
  });

  it.each([
    ['alice', 'Zoë', 'Zoë:alice'],
    ['alice-2', 'alice', 'alice:alice-2'],
    // By code points the order would be the other one.
    ['\u{1f600}', '\uff5e', '\u{1f600}:\uff5e'],
  ])('[SG2] of %s and %s the conversation is %s', async (one, other, convId) => {
    await using server = await TestServer.start();
    const [sender, receiver] = [await server.socket(one, 'd1'), await server.socket(other, 'd2')];
    const arrival = heard(receiver, 'rtc:offer');
    expect(await codeOf(ask(sender, 'rtc:offer', { ...offer(one, other), convId }))).toBe('ok');
    expect((await arrival).convId).toBe(convId);
    const reversed = [...convId.split(':')].reverse().join(':');
    expect(await codeOf(ask(sender, 'rtc:offer', { ...offer(one, other), convId: reversed }))).toBe('invalid_payload');
  });

  it('[SE11] carries nothing that is not listed, and nobody can speak for another', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const bob = await server.socket('bob', 'b1');
    const signal = candidate('alice', 'bob', { session: 'one' });
    const arrival = heard(bob, 'rtc:candidate');
    await ask(alice, 'rtc:candidate', { ...signal, from: 'carol', fromDevice: 'c1', admin: true });
    expect(await arrival).toEqual({ ...signal, from: 'alice', fromDevice: 'a1' });
    const frame = { to: 'bob', toDevice: 'b1', frame: new Uint8Array([1]) };
    const framed = heard(bob, 'relay:frame');
    await ask(alice, 'relay:frame', { ...frame, from: 'carol', note: 'x' });
    expect(Object.keys(await framed).sort()).toEqual(['frame', 'from', 'fromDevice', 'to', 'toDevice']);
    expect((await framed).from).toBe('alice');
  });
});

describe('calls between several devices, on the real server', () => {
  it('[SG11] [SG12] are told apart by their session, and keep the device that answered', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const [b1, b2] = [await server.socket('bob', 'b1'), await server.socket('bob', 'b2')];
    for (const session of ['one', 'two']) await ask(alice, 'rtc:offer', offer('alice', 'bob', { session }));
    expect(await codeOf(ask(b1, 'rtc:answer', answer('bob', 'alice', { session: 'one' })))).toBe('ok');
    expect(await codeOf(ask(b2, 'rtc:answer', answer('bob', 'alice', { session: 'two' })))).toBe('ok');
    const seen = [b1, b2].map((socket) => record(socket, 'rtc:candidate', 'rtc:offer'));
    const more = [
      candidate('alice', 'bob', { session: 'one' }),
      candidate('alice', 'bob', { session: 'two' }),
      offer('alice', 'bob', { session: 'two' }),
    ];
    for (const signal of more) await ask(alice, 'sdp' in signal ? 'rtc:offer' : 'rtc:candidate', signal);
    for (const socket of [b1, b2]) await settled(socket);
    const ids = signalIds(more);
    expect(seen.map(signalIds)).toEqual([[ids[0]], [ids[1], ids[2]]]);
  });

  it('[SG11] the signals of the callee go to the device that called', async () => {
    await using server = await TestServer.start();
    const [a1, a2] = [await server.socket('alice', 'a1'), await server.socket('alice', 'a2')];
    const bob = await server.socket('bob', 'b1');
    await ask(a1, 'rtc:offer', offer('alice', 'bob'));
    const seen = [a1, a2].map((socket) => record(socket, 'rtc:answer', 'rtc:candidate'));
    await ask(bob, 'rtc:answer', answer('bob', 'alice'));
    await ask(bob, 'rtc:candidate', candidate('bob', 'alice'));
    for (const socket of [a1, a2]) await settled(socket);
    expect(seen.map(({ length }) => length)).toEqual([2, 0]);
  });

  it('[SG12] an offer without a session is a new call, which rings everywhere and has no device yet', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const [b1, b2] = [await server.socket('bob', 'b1'), await server.socket('bob', 'b2')];
    await ask(alice, 'rtc:offer', offer('alice', 'bob'));
    await ask(b1, 'rtc:answer', answer('bob', 'alice'));
    const rings = [b1, b2].map((socket) => heard(socket, 'rtc:offer'));
    await ask(alice, 'rtc:offer', offer('alice', 'bob'));
    await Promise.all(rings);
    expect(await codeOf(ask(b2, 'rtc:answer', answer('bob', 'alice')))).toBe('ok');
  });

  it('[SG9] a device that is not there is offline, also where its wallet is not', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    await server.socket('bob', 'b1');
    expect(await codeOf(ask(alice, 'rtc:offer', offer('alice', 'bob', { toDevice: 'b9' })))).toBe('target_offline');
  });

  it('[SG7] a device without WebRTC does not ring, and is not eligible where it is named', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const b1 = await server.socket('bob', 'b1');
    const b2 = await server.socket('bob', 'b2', {
      auth: { token: await server.signIn('bob'), deviceId: 'b2', rtc: false },
    });
    const [seen, shy] = [record(b1, 'rtc:offer'), record(b2, 'rtc:offer')];
    await ask(alice, 'rtc:offer', offer('alice', 'bob'));
    const named = offer('alice', 'bob', { toDevice: 'b2' });
    expect(await codeOf(ask(alice, 'rtc:offer', named))).toBe('target_not_rtc_eligible');
    for (const socket of [b1, b2]) await settled(socket);
    expect([seen.length, shy.length]).toEqual([1, 0]);
  });

  it('[SG17] the empty candidate ends them; a second line in one is refused', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const bob = await server.socket('bob', 'b1');
    const arrival = heard(bob, 'rtc:candidate');
    await ask(alice, 'rtc:candidate', candidate('alice', 'bob', { candidate: { candidate: '' } }));
    expect((await arrival).candidate).toEqual({ candidate: '' });
    const two = { candidate: 'candidate:1 1 udp 1 192.0.2.1 50000 typ host\r\na=setup:active' };
    expect(await ask(alice, 'rtc:candidate', candidate('alice', 'bob', { candidate: two }))).toMatchObject({
      error: 'invalid_payload',
      message: expect.stringMatching(/^candidate: /),
    });
  });
});

describe('frames of the live relay, on the real server', () => {
  const frame = (byte: number, toDevice = 'b1') => ({ to: 'bob', toDevice, frame: new Uint8Array([byte]) });
  const bytesOf = (seen: readonly { frame: Uint8Array }[]) => seen.map((each) => each.frame[0]);

  it('[RL1] [RL3] reach one device alone, in their order, each as often as it was sent', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const [b1, b2] = [await server.socket('bob', 'b1'), await server.socket('bob', 'b2')];
    const [seen, others] = [b1, b2].map((socket) => record<{ frame: Uint8Array }>(socket, 'relay:frame'));
    const bytes = [1, 2, 2, 3, 1];
    await Promise.all(bytes.map((byte) => ask(alice, 'relay:frame', frame(byte))));
    expect(await codeOf(ask(alice, 'relay:frame', { ...frame(9), toDevice: undefined }))).toBe('invalid_payload');
    for (const socket of [b1, b2]) await settled(socket);
    expect([bytesOf(seen ?? []), others]).toEqual([bytes, []]);
  });

  it('[RL4] do not wait for a device that lost its connection', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    await lose(await server.socket('bob', 'b1'), server, 'b1');
    const waiting = ask(alice, 'rtc:offer', offer('alice', 'bob', { toDevice: 'b1' }));
    expect(await codeOf(ask(alice, 'relay:frame', frame(1)))).toBe('target_offline');
    const seen: unknown[] = [];
    const back = await server.socket('bob', 'b1', {}, (socket) => {
      socket.on('relay:frame', (each) => void seen.push(each));
    });
    expect(await waiting).toEqual({ ok: true });
    await settled(back);
    expect(seen).toEqual([]);
  });

  it('[RL6] [SE12] still go where the rate of signals is used up', async () => {
    await using server = await TestServer.start({ LOG_LEVEL: 'silent' });
    const alice = await server.socket('alice', 'a1');
    const bob = await server.socket('bob', 'b1');
    const tries = Array.from({ length: RATE_LIMITS.signals.points }, () => ask(alice, 'made:up'));
    await Promise.all(tries);
    expect(await codeOf(ask(alice, 'rtc:offer', offer('alice', 'bob')))).toBe('rate_limited');
    const arrival = heard(bob, 'relay:frame');
    expect(await codeOf(ask(alice, 'relay:frame', frame(1)))).toBe('ok');
    await arrival;
  });
});
