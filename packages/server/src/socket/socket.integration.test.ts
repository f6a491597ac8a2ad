import { request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Answer, convIdOf, LIMITS, type OfferSignal, RATE_LIMITS } from '@anypath/protocol';
import { describe, expect, it, vi } from 'vitest';
import { openSqliteStore } from '../store/sqlite.ts';
import { ANSWER_SDP, ask, OFFER_SDP } from '../testing/signals.ts';
import { heard, TestServer } from '../testing/test-server.ts';

const offer = (more: Partial<OfferSignal> = {}): OfferSignal => ({
  convId: convIdOf('alice', 'bob'),
  to: 'bob',
  signalId: crypto.randomUUID(),
  sdp: { type: 'offer', sdp: OFFER_SDP },
  ...more,
});

describe.each([['websocket'], ['polling']])('signals over the real server by %s', (transport) => {
  const options = { transports: [transport] };

  it('[S4.1] [S4.2] [SE11] [SE16] reach the other side with their origin', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1', options);
    const bob = await server.socket('bob', 'b1', options);
    const sent = offer();
    const arrival = heard(bob, 'rtc:offer');
    expect(await ask(alice, 'rtc:offer', sent)).toEqual({ ok: true });
    expect(await arrival).toEqual({ ...sent, from: 'alice', fromDevice: 'a1' });
    const answer = { ...sent, to: 'alice', sdp: { type: 'answer', sdp: ANSWER_SDP }, signalId: 's2' };
    const answered = heard(alice, 'rtc:answer');
    expect(await ask(bob, 'rtc:answer', answer)).toEqual({ ok: true });
    expect(await answered).toMatchObject({ from: 'bob', sdp: { type: 'answer' } });
    const candidate = {
      convId: sent.convId,
      to: 'bob',
      signalId: 's3',
      candidate: { candidate: 'candidate:1 1 udp 1 192.0.2.1 50000 typ host', sdpMid: '0', sdpMLineIndex: 0 },
    };
    const found = heard(bob, 'rtc:candidate');
    expect(await ask(alice, 'rtc:candidate', candidate)).toEqual({ ok: true });
    expect(await found).toMatchObject({ candidate: candidate.candidate });
  });

  it('[RL1] [RL2] [SE16] carries frames of the live relay, bytes untouched', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1', options);
    const bob = await server.socket('bob', 'b1', options);
    const frame = new Uint8Array(LIMITS.frameMaxBytes).map((_, index) => index % 251);
    const arrival = heard(bob, 'relay:frame');
    expect(await ask(alice, 'relay:frame', { to: 'bob', toDevice: 'b1', frame })).toEqual({ ok: true });
    const { frame: bytes, from, fromDevice } = await arrival;
    expect(Buffer.from(bytes).equals(frame)).toBe(true);
    expect({ from, fromDevice }).toEqual({ from: 'alice', fromDevice: 'a1' });
  });
});

describe('signalling on the real server', () => {
  it('[S4.3] [SG4] [SG6] answers a repeated signal as the first time and forwards it once', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice');
    const bob = await server.socket('bob');
    const seen = vi.fn();
    bob.on('rtc:offer', seen);
    const sent = offer();
    expect(await ask(alice, 'rtc:offer', sent)).toEqual({ ok: true });
    expect(await ask(alice, 'rtc:offer', sent)).toEqual({ ok: true });
    const last = heard(bob, 'rtc:offer', ({ signalId }) => signalId === 'last');
    await ask(alice, 'rtc:offer', offer({ signalId: 'last' }));
    await last;
    expect(seen).toHaveBeenCalledTimes(2);
    expect(await ask(alice, 'rtc:offer', { ...sent, sdp: { type: 'offer', sdp: 'other' } })).toMatchObject({
      ok: false,
      error: 'signal_reused',
    });
  });

  it('[SG7] reaches every device of a wallet, or the one that is named', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice');
    const [first, second] = await Promise.all([server.socket('bob', 'b1'), server.socket('bob', 'b2')]);
    const both = Promise.all([heard(first, 'rtc:offer'), heard(second, 'rtc:offer')]);
    await ask(alice, 'rtc:offer', offer());
    await both;
    const wrong = vi.fn();
    first.on('rtc:offer', wrong);
    const named = heard(second, 'rtc:offer');
    await ask(alice, 'rtc:offer', offer({ toDevice: 'b2' }));
    await named;
    expect(wrong).not.toHaveBeenCalled();
  });

  it('[SG9] [RL4] says when the other side is not there', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice');
    expect(await ask(alice, 'rtc:offer', offer())).toMatchObject({ ok: false, error: 'target_offline' });
    const frame = { to: 'bob', toDevice: 'b1', frame: new Uint8Array([1]) };
    expect(await ask(alice, 'relay:frame', frame)).toMatchObject({ ok: false, error: 'target_offline' });
  });

  it('[SE9] tells a client without callbacks by the event rtc:error', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice');
    const error = heard(alice, 'rtc:error');
    alice.emit('rtc:offer', offer({ signalId: 's1', convId: 'wrong' }));
    expect(await error).toMatchObject({ ok: false, error: 'invalid_payload', event: 'rtc:offer', signalId: 's1' });
  });
});

describe('presence on the real server', () => {
  it('[S4.6] [PR2] [PR4] tells who is there at the start, and every change', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice');
    const came = heard(alice, 'presence:update', ({ wallet, online }) => wallet === 'bob' && online);
    const bob = await server.socket('bob', 'b1');
    expect(await came).toEqual({ wallet: 'bob', online: true, devices: ['b1'] });
    const went = heard(alice, 'presence:update', ({ wallet, online }) => wallet === 'bob' && !online);
    bob.close();
    expect(await went).toEqual({ wallet: 'bob', online: false, devices: [] });
  });

  it('[SE4] [PR5] keeps the newer connection of a device and tells the older why it ends', async () => {
    await using server = await TestServer.start();
    const older = await server.socket('alice', 'a1');
    const bob = await server.socket('bob');
    const updates: boolean[] = [];
    bob.on('presence:update', ({ wallet, online }) => wallet === 'alice' && updates.push(online));
    const end = heard(older, 'session:end');
    const closed = new Promise((resolve) => older.once('disconnect', resolve));
    await server.socket('alice', 'a1');
    expect(await end).toMatchObject({ error: 'replaced' });
    expect(await closed).toBe('io server disconnect');
    // Bob hears of the new connection, and never that the device was gone.
    await vi.waitUntil(() => updates.length > 0, { timeout: 5_000 });
    expect(new Set(updates)).toEqual(new Set([true]));
  });
});

describe('who may connect to the real server', () => {
  it.each([
    ['no token', { deviceId: 'd' }],
    ['a wrong token', { deviceId: 'd', token: 'x' }],
    ['no device', { token: 'x' }],
    ['a device that is no identifier', { token: 'x', deviceId: 'a b' }],
  ])('[SE1] not a handshake with %s', async (_what, auth) => {
    await using server = await TestServer.start();
    await expect(server.socket('alice', 'a1', { auth })).rejects.toMatchObject({ data: { error: 'unauthenticated' } });
    expect(server.refusals()).toEqual(['unauthenticated']);
  });

  it('[SE3] not a page of another origin, unless it is allowed', async () => {
    await using server = await TestServer.start({ ALLOWED_ORIGINS: 'https://app.example.com' });
    const from = (origin: string) => ({ extraHeaders: { origin } });
    await expect(server.socket('alice', 'a1', from('https://evil.example.com'))).rejects.toThrow();
    await server.socket('alice', 'a2', from('https://app.example.com'));
    await server.socket('alice', 'a3', from(server.url));
  });
});

describe('bad input to a socket of the real server', () => {
  const wallets = { convId: convIdOf('alice', 'bob'), to: 'bob', signalId: 's' };
  const frame = new Uint8Array([1]);
  const bad: [string, unknown, string][] = [
    ['rtc:offer', undefined, 'invalid_payload'],
    ['rtc:offer', 'text', 'invalid_payload'],
    ['rtc:offer', { ...wallets }, 'invalid_payload'],
    ['rtc:offer', { ...wallets, sdp: { type: 'answer', sdp: 'x' } }, 'invalid_payload'],
    ['rtc:offer', { ...wallets, sdp: { type: 'offer', sdp: '' } }, 'invalid_payload'],
    ['rtc:offer', { ...wallets, sdp: { type: 'offer', sdp: 'x'.repeat(LIMITS.sdpMaxBytes + 1) } }, 'invalid_payload'],
    ['rtc:offer', { ...wallets, signalId: undefined, sdp: { type: 'offer', sdp: 'x' } }, 'invalid_payload'],
    ['rtc:offer', { ...wallets, convId: 'bob:carol', sdp: { type: 'offer', sdp: 'x' } }, 'invalid_payload'],
    [
      'rtc:offer',
      { convId: 'alice:alice', to: 'alice', signalId: 's', sdp: { type: 'offer', sdp: 'x' } },
      'invalid_payload',
    ],
    ['rtc:answer', { ...wallets, sdp: null }, 'invalid_payload'],
    ['rtc:candidate', { ...wallets, candidate: 'candidate:1' }, 'invalid_payload'],
    ['rtc:candidate', { ...wallets, candidate: { candidate: 'c', sdpMLineIndex: -1 } }, 'invalid_payload'],
    ['relay:frame', { to: 'bob', toDevice: 'b1', frame: 'text' }, 'invalid_payload'],
    ['relay:frame', { to: 'bob', toDevice: 'b1', frame: new Uint8Array(0) }, 'invalid_payload'],
    ['relay:frame', { to: 'b:b', toDevice: 'b1', frame }, 'invalid_payload'],
    [
      'relay:frame',
      { to: 'bob', toDevice: 'b1', frame: new Uint8Array(LIMITS.frameMaxBytes + 1) },
      'payload_too_large',
    ],
    ['made:up', {}, 'unknown_event'],
    ['constructor', {}, 'unknown_event'],
    ['__proto__', {}, 'unknown_event'],
  ];

  it.each(bad)(
    '[SE8] [SE10] [RL2] %s %j is answered with its code, logged once, and the connection is kept',
    async (event, payload, code) => {
      await using server = await TestServer.start();
      const alice = await server.socket('alice');
      await server.socket('bob', 'b1');
      expect(await ask(alice, event, payload)).toMatchObject({ ok: false, error: code, message: expect.any(String) });
      expect(server.refusals()).toEqual([code]);
      expect(alice.connected).toBe(true);
    },
  );

  it('[SE14] a packet of 10 MB closes a WebSocket on purpose, and is logged once with its code', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice');
    const closed = new Promise((resolve) => alice.once('disconnect', resolve));
    (alice as unknown as { emit(event: string, payload: unknown): void }).emit(
      'relay:frame',
      new Uint8Array(10_000_000),
    );
    await closed;
    await vi.waitUntil(() => server.refusals().length > 0);
    expect(server.refusals()).toEqual(['payload_too_large']);
  });

  it('[SE14] a packet of 10 MB over HTTP polling is refused with 413 and logged once', async () => {
    await using server = await TestServer.start();
    const open = await (await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`)).text();
    const { sid } = JSON.parse(open.slice(1)) as { sid: string };
    const status = await new Promise((resolve, reject) => {
      const call = request(`${server.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, { method: 'POST' });
      // The answer overtakes the rest of the upload.
      call.on('response', (response) => resolve(response.statusCode)).on('error', reject);
      call.end('4'.repeat(10_000_000));
    });
    expect(status).toBe(413);
    await vi.waitUntil(() => server.refusals().length > 0);
    expect(server.refusals()).toEqual(['payload_too_large']);
    expect((await server.get('/healthz')).status).toBe(200);
  });

  it('leaves no memory behind', async () => {
    await using server = await TestServer.start({ LOG_LEVEL: 'silent' });
    const alice = await server.socket('alice');
    const heap = () => {
      setFlagsFromString('--expose-gc');
      (runInNewContext('gc') as () => void)();
      return process.memoryUsage().heapUsed;
    };
    const round = async () => {
      for (const [event, payload] of bad) await ask(alice, event, payload);
    };
    for (let index = 0; index < 20; index++) await round();
    const before = heap();
    for (let index = 0; index < 100; index++) await round();
    expect(heap() - before).toBeLessThan(3_000_000);
  });

  it('[RL5] a reader that does not read slows its sender and nobody else', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice');
    const carol = await server.socket('carol', 'c1');
    const bob = await server.socket('bob', 'b1');
    const { transport } = bob.io.engine as unknown as { transport: { ws: { _socket: { pause(): void } } } };
    transport.ws._socket.pause();
    const frame = new Uint8Array(LIMITS.frameMaxBytes);
    const answers: Answer[] = [];
    // Far more than the kernel's buffers and the queue hold together.
    for (let index = 0; index < 600 && answers.at(-1)?.ok !== false; index++) {
      answers.push(await ask(alice, 'relay:frame', { to: 'bob', toDevice: 'b1', frame }));
    }
    expect(answers.at(-1)).toMatchObject({ ok: false, error: 'recipient_busy' });
    const arrival = heard(carol, 'relay:frame');
    expect(await ask(alice, 'relay:frame', { to: 'carol', toDevice: 'c1', frame })).toEqual({ ok: true });
    await arrival;
  });
});

describe('limits and flags on the socket of the real server', () => {
  it('[SE12] a device that floods is refused with rate_limited, keeps its connection, and hurts nobody else', async () => {
    await using server = await TestServer.start({ LOG_LEVEL: 'silent' });
    const alice = await server.socket('alice');
    const carol = await server.socket('carol');
    const answers: Answer[] = [];
    for (let index = 0; index <= RATE_LIMITS.signals.points; index++)
      answers.push(await ask(alice, 'rtc:candidate', {}));
    expect(answers.at(0)).toMatchObject({ error: 'invalid_payload' });
    expect(answers.at(-1)).toMatchObject({ ok: false, error: 'rate_limited' });
    expect(alice.connected).toBe(true);
    expect(await ask(carol, 'rtc:candidate', {})).toMatchObject({ error: 'invalid_payload' });
  });

  it('[S1.4] [SG15] [RL6] signals are refused where rtc.signal is off; the relay goes on', async () => {
    await using server = await TestServer.start();
    const store = openSqliteStore(server.folder);
    store.setFlag({ key: 'rtc.signal', enabled: false, percent: 100, wallets: {} });
    store.close();
    const alice = await server.socket('alice');
    const bob = await server.socket('bob', 'b1');
    const signal = { convId: 'alice:bob', to: 'bob', sdp: { type: 'offer', sdp: OFFER_SDP } };
    await vi.waitUntil(
      async () => {
        const answer = await ask(alice, 'rtc:offer', { ...signal, signalId: `s${Math.random()}`.replace('.', '') });
        return !answer.ok && answer.error === 'sender_not_rtc_eligible';
      },
      { timeout: 1_000 },
    );
    const arrival = heard(bob, 'relay:frame');
    expect(await ask(alice, 'relay:frame', { to: 'bob', toDevice: 'b1', frame: new Uint8Array(1) })).toEqual({
      ok: true,
    });
    await arrival;
  });
});
