import { convIdOf, LIMITS, type PresenceUpdate } from '@anypath/protocol';
import { describe, expect, it, vi } from 'vitest';
import { answer, ask, CANDIDATE, candidate, OFFER_SDP, offer, recordNamed, settled, to } from '../testing/signals.ts';
import { heard, TestServer, type TestSocket } from '../testing/test-server.ts';

const MUTUAL = { CONTACTS: 'mutual' };

/** Makes two wallets contacts, as their owners would. */
async function befriend(one: TestSocket, a: string, other: TestSocket, b: string): Promise<void> {
  expect(await ask(one, 'contacts:change', { action: 'ask', wallet: b })).toMatchObject({ ok: true, state: 'asked' });
  expect(await ask(other, 'contacts:change', { action: 'accept', wallet: a })).toMatchObject({ state: 'mutual' });
}

describe.each([['websocket'], ['polling']])('signals between contacts on the real server by %s', (transport) => {
  const by = { transports: [transport] };

  it('[S4.1] [S4.2] [SG3] [SE11] offer, answer and candidates arrive as they were sent, with their origin, in their order', async () => {
    await using server = await TestServer.start(MUTUAL);
    const alice = await server.socket('alice', 'a1', by);
    const bob = await server.socket('bob', 'b1', by);
    await befriend(alice, 'alice', bob, 'bob');
    const seen = recordNamed(bob, 'rtc:offer', 'rtc:candidate');
    const signals = [offer('alice', 'bob'), ...Array.from({ length: 20 }, () => candidate('alice', 'bob'))];
    const answers = await Promise.all(
      signals.map((signal) => ask(alice, 'sdp' in signal ? 'rtc:offer' : 'rtc:candidate', signal)),
    );
    expect(new Set(answers.map(({ ok }) => ok))).toEqual(new Set([true]));
    await settled(bob);
    const origin = { from: 'alice', fromDevice: 'a1' };
    expect(seen.map(([, payload]) => payload)).toEqual(signals.map((signal) => ({ ...signal, ...origin })));
    const back = heard(alice, 'rtc:answer');
    const reply = answer('bob', 'alice');
    expect(await ask(bob, 'rtc:answer', reply)).toEqual({ ok: true });
    expect(await back).toEqual({ ...reply, from: 'bob', fromDevice: 'b1' });
  });

  it('[S4.4] [CT9] who is no mutual contact is forbidden, and learns nothing of who is online', async () => {
    await using server = await TestServer.start(MUTUAL);
    const mallory = await server.socket('mallory', 'm1', by);
    const seen = recordNamed(mallory, 'presence:update', 'presence', 'user_connected');
    const bob = await server.socket('bob', 'b1', by);
    const atBob = recordNamed(bob, 'rtc:offer', 'rtc:candidate', 'relay:frame', 'presence:update');
    const tries = (wallet: string) =>
      Promise.all([
        ask(mallory, 'rtc:offer', offer('mallory', wallet)),
        ask(mallory, 'rtc:candidate', candidate('mallory', wallet)),
        ask(mallory, 'relay:frame', { to: wallet, toDevice: 'b1', frame: new Uint8Array(1) }),
      ]);
    const online = await tries('bob');
    const offline = await tries('nobody');
    expect(online.map((each) => !each.ok && each.error)).toEqual(['forbidden', 'forbidden', 'forbidden']);
    expect(JSON.stringify(online).replaceAll('bob', 'X')).toBe(JSON.stringify(offline).replaceAll('nobody', 'X'));
    await settled(bob);
    expect([seen, atBob]).toEqual([[], []]);
  });
});

describe('devices on the real server', () => {
  it('[SG10] [SG11] the first that answers has the call: the others hear rtc:taken, and cannot answer any more', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const other = await server.socket('alice', 'a2');
    const [b1, b2, b3] = [
      await server.socket('bob', 'b1'),
      await server.socket('bob', 'b2'),
      await server.socket('bob', 'b3'),
    ];
    const rings = [b1, b2, b3].map((socket) => heard(socket, 'rtc:offer'));
    const call = offer('alice', 'bob', { session: 'call' });
    expect(await ask(alice, 'rtc:offer', call)).toEqual({ ok: true });
    await Promise.all(rings);
    const taken = [b1, b3].map((socket) => heard(socket, 'rtc:taken'));
    const atOther = recordNamed(other, 'rtc:answer');
    const atCaller = heard(alice, 'rtc:answer');
    expect(await ask(b2, 'rtc:answer', answer('bob', 'alice', { session: 'call' }))).toEqual({ ok: true });
    expect(await Promise.all(taken)).toEqual(
      Array(2).fill({ convId: 'alice:bob', signalId: call.signalId, session: 'call', byDevice: 'b2' }),
    );
    expect((await atCaller).fromDevice).toBe('b2');
    expect(await ask(b1, 'rtc:answer', answer('bob', 'alice', { session: 'call' }))).toMatchObject({ error: 'taken' });
    const atB1 = recordNamed(b1, 'rtc:candidate');
    const atB2 = heard(b2, 'rtc:candidate');
    await ask(alice, 'rtc:candidate', candidate('alice', 'bob', { session: 'call' }));
    await atB2;
    await settled(b1);
    await settled(other);
    expect([atB1, atOther], 'the others are left in peace').toEqual([[], []]);
  });

  it('[SG13] [SG14] a hang-up while it rings reaches every device; who declines does so for all', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const [b1, b2] = [await server.socket('bob', 'b1'), await server.socket('bob', 'b2')];
    await ask(alice, 'rtc:offer', offer('alice', 'bob', { session: 'one' }));
    const hangups = [b1, b2].map((socket) => heard(socket, 'rtc:hangup'));
    await ask(alice, 'rtc:hangup', to('alice', 'bob', { session: 'one', reason: 'cancelled' }));
    expect((await Promise.all(hangups)).map(({ reason }) => reason)).toEqual(['cancelled', 'cancelled']);
    await ask(alice, 'rtc:offer', offer('alice', 'bob', { session: 'two' }));
    const [atAlice, atB2] = [heard(alice, 'rtc:hangup'), heard(b2, 'rtc:taken')];
    await ask(b1, 'rtc:hangup', to('bob', 'alice', { session: 'two', reason: 'declined' }));
    expect([(await atAlice).reason, (await atB2).byDevice]).toEqual(['declined', 'b1']);
  });

  it('[SG7] `toDevice` reaches that one alone', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const [b1, b2] = [await server.socket('bob', 'b1'), await server.socket('bob', 'b2')];
    const atB1 = recordNamed(b1, 'rtc:offer');
    const arrival = heard(b2, 'rtc:offer');
    await ask(alice, 'rtc:offer', offer('alice', 'bob', { toDevice: 'b2' }));
    await arrival;
    await settled(b1);
    expect(atB1).toEqual([]);
  });
});

describe('[S4.4] eligibility on the real server', () => {
  it('[SG15] [RL6] each side has its own error: a device that does not want WebRTC, one that is offline', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const shy = { token: await server.signIn('bob'), deviceId: 'b1', rtc: false } as const;
    const bob = await server.socket('bob', 'b1', { auth: shy });
    expect(await ask(alice, 'rtc:offer', offer('alice', 'bob'))).toMatchObject({ error: 'target_not_rtc_eligible' });
    expect(await ask(bob, 'rtc:offer', offer('bob', 'alice'))).toMatchObject({ error: 'sender_not_rtc_eligible' });
    expect(await ask(alice, 'rtc:offer', offer('alice', 'carol'))).toMatchObject({ error: 'target_offline' });
    const arrival = heard(bob, 'relay:frame');
    expect(await ask(alice, 'relay:frame', { to: 'bob', toDevice: 'b1', frame: new Uint8Array(1) })).toEqual({
      ok: true,
    });
    await arrival;
  });
});

describe('a device between two connections, on the real server', () => {
  it('[SG8] gets what was sent meanwhile, in its order, and the sender its answer then', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const bob = await server.socket('bob', 'b1');
    bob.io.engine.close();
    await vi.waitUntil(() => server.log.some(({ msg, device }) => msg === 'socket closed' && device === 'b1'));
    const signals = [offer('alice', 'bob', { toDevice: 'b1' }), candidate('alice', 'bob'), candidate('alice', 'bob')];
    const answers = signals.map((signal) => ask(alice, 'sdp' in signal ? 'rtc:offer' : 'rtc:candidate', signal));
    const repeated = ask(alice, 'rtc:offer', signals[0]);
    await settled(alice);
    const seen: unknown[] = [];
    const collect = (back: TestSocket) => {
      back.on('rtc:offer', ({ signalId }) => void seen.push(signalId));
      back.on('rtc:candidate', ({ signalId }) => void seen.push(signalId));
    };
    const back = await server.socket('bob', 'b1', {}, collect);
    expect(await Promise.all([...answers, repeated])).toEqual(Array(4).fill({ ok: true }));
    await settled(back);
    expect(seen).toEqual(signals.map(({ signalId }) => signalId));
  });

  it('[SG9] is offline at once after a goodbye', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const bob = await server.socket('bob', 'b1');
    const gone = heard(alice, 'presence:update', ({ wallet, online }) => wallet === 'bob' && !online);
    bob.disconnect();
    await gone;
    expect(await ask(alice, 'rtc:offer', offer('alice', 'bob'))).toMatchObject({ error: 'target_offline' });
  });
});

describe('[S4.5] SDP on the real server', () => {
  it('[SG16] an offer without DTLS is refused, and one with it is logged in one line without the SDP', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    await server.socket('bob', 'b1');
    const plain = OFFER_SDP.replaceAll(/a=fingerprint:.*\r\n/g, '');
    const bad = offer('alice', 'bob', { sdp: { type: 'offer', sdp: plain } });
    expect(await ask(alice, 'rtc:offer', bad)).toMatchObject({
      error: 'invalid_payload',
      message: expect.stringMatching(/^sdp: /),
    });
    await ask(alice, 'rtc:offer', offer('alice', 'bob'));
    const lines = server.log.filter(({ msg }) => msg === 'offer');
    expect(lines).toEqual([expect.objectContaining({ from: 'alice', to: 'bob', encryption: 'dtls-sctp' })]);
    expect(JSON.stringify(server.log)).not.toContain('ice-ufrag');
  });

  it('[SG18] HIDE_HOST_CANDIDATES passes on relay candidates alone', async () => {
    await using server = await TestServer.start({ HIDE_HOST_CANDIDATES: 'true' });
    const alice = await server.socket('alice', 'a1');
    const bob = await server.socket('bob', 'b1');
    const seen = recordNamed(bob, 'rtc:candidate');
    const relay = 'candidate:2 1 udp 41885439 198.51.100.9 50001 typ relay raddr 192.0.2.1 rport 50000';
    const send = (text: string) =>
      ask(alice, 'rtc:candidate', candidate('alice', 'bob', { candidate: { candidate: text } }));
    expect(await send(CANDIDATE.candidate)).toEqual({ ok: true });
    expect(await send(relay)).toEqual({ ok: true });
    const arrival = heard(bob, 'rtc:offer');
    await ask(alice, 'rtc:offer', offer('alice', 'bob'));
    expect((await arrival).sdp.sdp).not.toMatch(/typ host/);
    expect(seen).toHaveLength(1);
    expect(JSON.stringify(seen)).toContain('198.51.100.9');
    expect(JSON.stringify(seen)).not.toContain('192.0.2.1');
  });
});

describe('[S4.6] presence on the real server', () => {
  it('[PR1] [PR7] is for mutual contacts: a snapshot after connecting, then changes; it follows the contact', async () => {
    await using server = await TestServer.start(MUTUAL);
    const alice = await server.socket('alice', 'a1');
    const bob = await server.socket('bob', 'b1');
    const toAlice = heard(alice, 'presence:update');
    const toBob = heard(bob, 'presence:update');
    await befriend(alice, 'alice', bob, 'bob');
    expect([await toAlice, await toBob]).toEqual([
      { wallet: 'bob', online: true, devices: ['b1'] },
      { wallet: 'alice', online: true, devices: ['a1'] },
    ]);
    const snapshot: PresenceUpdate[] = [];
    const second = await server.socket('alice', 'a2', {}, (socket) => {
      socket.on('presence:update', (update) => void snapshot.push(update));
    });
    await settled(second);
    expect(snapshot).toEqual([{ wallet: 'bob', online: true, devices: ['b1'] }]);
    const gone = [alice, second].map((socket) => heard(socket, 'presence:update', ({ online }) => !online));
    await ask(bob, 'contacts:change', { action: 'block', wallet: 'alice' });
    expect(await Promise.all(gone)).toEqual(Array(2).fill({ wallet: 'bob', online: false, devices: [] }));
    expect(await ask(alice, 'rtc:offer', offer('alice', 'bob'))).toMatchObject({ error: 'forbidden' });
  });

  it('[SE15] of a device that vanishes without a goodbye ends within 15 s', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const bob = await server.socket('bob', 'b1');
    const { transport } = bob.io.engine as unknown as { transport: { ws: { _socket: { pause(): void } } } };
    transport.ws._socket.pause();
    const startedMs = performance.now();
    await heard(alice, 'presence:update', ({ wallet, online }) => wallet === 'bob' && !online);
    expect(performance.now() - startedMs).toBeLessThan(15_000);
  }, 30_000);
});

describe('[S4.7] the deprecated events on the real server', () => {
  const legacy = (from: string, wallet: string) => ({
    to: wallet,
    sdp: { type: 'offer', sdp: OFFER_SDP },
    convId: convIdOf(from, wallet),
  });

  it('[SG19] `signal` still works, warns the client once, the operator in the log and in a metric', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const bob = await server.socket('bob', 'b1');
    const warnings = recordNamed(alice, 'deprecation');
    const arrival = heard(bob, 'rtc:offer');
    expect(await ask(alice, 'signal', legacy('alice', 'bob'))).toEqual({ ok: true });
    expect(await arrival).toMatchObject({ from: 'alice', fromDevice: 'a1', signalId: expect.any(String) });
    await ask(alice, 'signal', { to: 'bob', candidate: CANDIDATE });
    expect(await ask(alice, 'signal', { to: 'bob' })).toMatchObject({ error: 'invalid_payload' });
    expect(warnings).toEqual([['deprecation', { event: 'signal', instead: expect.stringContaining('rtc:offer') }]]);
    expect(server.log.filter(({ msg }) => msg === 'a client uses a deprecated event')).toHaveLength(1);
    const metrics = await (await server.get('/metrics')).text();
    expect(metrics).toMatch(/^anypath_legacy_events_total\{event="signal"\} 3$/m);
  });

  it('[SG19] a client that used it gets signals under that name, too', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const bob = await server.socket('bob', 'b1');
    await ask(bob, 'signal', { to: 'alice', candidate: CANDIDATE });
    const seen = recordNamed(bob, 'signal', 'rtc:offer');
    await ask(alice, 'rtc:offer', offer('alice', 'bob'));
    await settled(bob);
    expect(seen.map(([event]) => event).sort()).toEqual(['rtc:offer', 'signal']);
  });

  it('[PR8] `presence`, `user_connected` and `user_disconnected` carry a notice, unless a client does without', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const auth = { token: await server.signIn('carol'), deviceId: 'c1', legacy: false };
    const carol = await server.socket('carol', 'c1', { auth });
    const modern = recordNamed(carol, 'presence', 'user_connected', 'user_disconnected');
    const events = ['presence', 'user_connected'] as const;
    const arrivals = events.map((event) => heard(alice, event, ({ wallet }) => wallet === 'bob'));
    const bob = await server.socket('bob', 'b1');
    expect(await Promise.all(arrivals)).toEqual(
      Array(2).fill({ wallet: 'bob', online: true, deprecated: 'use presence:update' }),
    );
    const gone = heard(alice, 'user_disconnected');
    bob.disconnect();
    expect(await gone).toMatchObject({ wallet: 'bob', online: false });
    await settled(carol);
    expect(modern).toEqual([]);
  });

  it('[SG20] are gone with RTC_SIGNAL_LEGACY_ENABLED=false', async () => {
    await using server = await TestServer.start({ RTC_SIGNAL_LEGACY_ENABLED: 'false' });
    const alice = await server.socket('alice', 'a1');
    const seen = recordNamed(alice, 'presence', 'user_connected');
    const arrival = heard(alice, 'presence:update', ({ wallet }) => wallet === 'bob');
    await server.socket('bob', 'b1');
    await arrival;
    await settled(alice);
    expect(seen).toEqual([]);
    expect(await ask(alice, 'signal', legacy('alice', 'bob'))).toMatchObject({
      error: 'unknown_event',
      message: expect.stringContaining('rtc:offer'),
    });
  });
});

describe('[S4.3] the name of a conversation and of a signal, on the real server', () => {
  it('[SG2] [SG4] [SG6] must be the canonical one; a repeated signal is answered as the first was, and not forwarded again', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const bob = await server.socket('bob', 'b1');
    for (const convId of ['bob:alice', 'alice:carol', 'carol:dave']) {
      expect(await ask(alice, 'rtc:offer', { ...offer('alice', 'bob'), convId })).toMatchObject({
        error: 'invalid_payload',
      });
    }
    const seen = recordNamed(bob, 'rtc:candidate');
    const signal = candidate('alice', 'bob');
    for (let index = 0; index < 3; index++) expect(await ask(alice, 'rtc:candidate', signal)).toEqual({ ok: true });
    await settled(bob);
    expect(seen).toHaveLength(1);
    const other = { ...signal, candidate: { ...CANDIDATE, sdpMid: '1' } };
    expect(await ask(alice, 'rtc:candidate', other)).toMatchObject({ error: 'signal_reused' });
    expect(LIMITS.signalMemoryMs).toBe(120_000);
  });

  it('[SE9] refusals without a callback come as rtc:error with their signalId', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const error = heard(alice, 'rtc:error');
    (alice as unknown as { emit(event: string, payload: unknown): void }).emit('rtc:offer', offer('alice', 'nobody'));
    expect(await error).toMatchObject({
      ok: false,
      error: 'target_offline',
      event: 'rtc:offer',
      signalId: expect.any(String),
    });
  });
});
