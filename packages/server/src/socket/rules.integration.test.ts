import { rmSync } from 'node:fs';
import { PATHS, type PresenceUpdate, RATE_LIMITS, type SessionStart } from '@anypath/protocol';
import { io } from 'socket.io-client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Person } from '../testing/person.ts';
import { ask, candidate, codeOf, offer, record, settled, untyped } from '../testing/signals.ts';
import { heard, TestServer, type TestSocket } from '../testing/test-server.ts';

/** Connects once and disconnects. @returns the refusal, where there is one */
async function attempt(url: string, token: string): Promise<unknown> {
  const socket = io(url, {
    auth: { token, deviceId: 'a1' },
    forceNew: true,
    reconnection: false,
    transports: ['websocket'],
  });
  const outcome = await new Promise((resolve) => {
    socket.once('session:start', () => resolve('connected'));
    socket.once('connect_error', resolve);
  });
  socket.close();
  return outcome;
}

/** Uses up the rate of a device, and one more. @returns the last answer */
async function flood(socket: TestSocket): Promise<string | undefined> {
  const tries = Array.from({ length: RATE_LIMITS.signals.points + 1 }, () => codeOf(ask(socket, 'made:up')));
  return (await Promise.all(tries)).at(-1);
}

const gone = (socket: TestSocket) => new Promise((resolve) => socket.once('disconnect', resolve));

describe('a connection to the real server', () => {
  afterEach(() => void vi.restoreAllMocks());

  it('[SE2] [PR1] begins with session:start, then who is online', async () => {
    await using server = await TestServer.start();
    await server.socket('bob', 'b1');
    await server.socket('carol', 'c1');
    const seen: [string, unknown][] = [];
    const beforeMs = Date.now();
    const auth = { token: await server.signIn('alice'), deviceId: 'a1', legacy: false };
    const alice = await server.socket('alice', 'a1', { auth }, (socket) => {
      socket.onAny((event: string, payload: unknown) => void seen.push([event, payload]));
    });
    await settled(alice);
    expect(seen).toEqual([
      ['session:start', { wallet: 'alice', serverTime: expect.any(Number) }],
      ['presence:update', { wallet: 'bob', online: true, devices: ['b1'] }],
      ['presence:update', { wallet: 'carol', online: true, devices: ['c1'] }],
    ]);
    const start = seen.find(([event]) => event === 'session:start')?.[1] as SessionStart;
    expect(start.serverTime).toBeGreaterThanOrEqual(beforeMs);
  });

  it('[SE6] is told that the server stops, and that nobody went', async () => {
    const server = await TestServer.start();
    const [alice, bob] = [await server.socket('alice', 'a1'), await server.socket('bob', 'b1')];
    const updates = record<PresenceUpdate>(alice, 'presence:update');
    const [told, reasons] = [[alice, bob].map((socket) => heard(socket, 'session:end')), [alice, bob].map(gone)];
    await server.running.close();
    expect(await Promise.all(told)).toMatchObject([{ error: 'shutting_down' }, { error: 'shutting_down' }]);
    // A client that Socket.IO reconnects by itself.
    expect(await Promise.all(reasons)).toEqual(['transport close', 'transport close']);
    expect(updates.filter(({ online }) => !online)).toEqual([]);
    rmSync(server.folder, { recursive: true });
  });

  it('[SE7] is refused beyond the rate of its wallet, with the time to wait; another wallet is not', async () => {
    await using server = await TestServer.start({ LOG_LEVEL: 'silent' });
    const { points, windowMs } = RATE_LIMITS.connections;
    const token = await server.signIn('alice');
    for (let index = 0; index < points; index++) expect(await attempt(server.url, token)).toBe('connected');
    const refusal = (await attempt(server.url, token)) as { data: { error: string; retryAfterMs: number } };
    expect(refusal.data.error).toBe('rate_limited');
    expect(refusal.data.retryAfterMs).toBeGreaterThan(0);
    expect(refusal.data.retryAfterMs).toBeLessThanOrEqual(windowMs);
    expect((await server.socket('bob')).connected).toBe(true);
  });

  it('[SE9] without callbacks hears of refusals alone', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const bob = await server.socket('bob', 'b1');
    const seen = record(alice, 'rtc:error');
    untyped(alice).emit('rtc:candidate', candidate('alice', 'bob'));
    const last = heard(alice, 'rtc:error');
    untyped(alice).emit('made:up', { signalId: 'x' });
    expect(await last).toMatchObject({ ok: false, error: 'unknown_event', event: 'made:up', signalId: 'x' });
    await settled(bob);
    expect(seen).toHaveLength(1);
  });

  it('[SE12] [SE13] is closed after a minute beyond its rate, and not before', async () => {
    await using server = await TestServer.start({ LOG_LEVEL: 'silent' });
    const alice = await server.socket('alice', 'a1');
    const realMs = performance.now.bind(performance);
    let laterMs = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => realMs() + laterMs);
    for (; laterMs < 60_000; laterMs += 15_000) expect(await flood(alice)).toBe('rate_limited');
    expect(alice.connected).toBe(true);
    const [told, reason] = [heard(alice, 'session:end'), gone(alice)];
    for (let index = 0; index <= RATE_LIMITS.signals.points; index++) untyped(alice).emit('made:up');
    expect(await told).toMatchObject({ error: 'rate_limited' });
    expect(await reason).toBe('io server disconnect');
  });

  it('[SE15] is told in its opening packet how often it is pinged', async () => {
    await using server = await TestServer.start();
    const open = await (await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`)).text();
    expect(open[0]).toBe('0');
    expect(JSON.parse(open.slice(1))).toMatchObject({ pingInterval: 8_000, pingTimeout: 4_000, maxPayload: 1_048_576 });
  });

  it('[SE17] says whether it is there', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    expect(await ask(alice, 'session:check', {})).toEqual({ ok: true });
  });

  it('[SE16] may begin by polling and go on by WebSocket', async () => {
    await using server = await TestServer.start();
    const bob = await server.socket('bob', 'b1');
    const both = { transports: ['polling', 'websocket'] };
    let upgraded: Promise<unknown> = Promise.resolve();
    const alice = await server.socket('alice', 'a1', both, (socket) => {
      socket.io.once('open', () => {
        upgraded = new Promise((resolve) => socket.io.engine.once('upgrade', resolve));
      });
    });
    const first = heard(bob, 'rtc:offer');
    await ask(alice, 'rtc:offer', offer('alice', 'bob'));
    await first;
    await upgraded;
    expect(alice.io.engine.transport.name).toBe('websocket');
    const second = heard(bob, 'rtc:offer');
    expect(await codeOf(ask(alice, 'rtc:offer', offer('alice', 'bob')))).toBe('ok');
    await second;
  });
});

describe('presence on the real server', () => {
  it('[PR2] [PR3] names the devices, the newest at the end, and is not told to the wallet itself', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const own = await server.socket('bob', 'b1');
    const mine = record(own, 'presence:update');
    const said = (devices: string) => heard(alice, 'presence:update', (update) => update.devices.join() === devices);
    const two = said('b1,b2');
    await server.socket('bob', 'b2', { auth: { token: await server.signIn('bob'), deviceId: 'b2', rtc: false } });
    expect(await two).toEqual({ wallet: 'bob', online: true, devices: ['b1', 'b2'] });
    const again = said('b2,b1');
    const newer = await server.socket('bob', 'b1');
    await again;
    await settled(newer);
    expect(mine.filter(({ wallet }) => wallet === 'bob')).toEqual([]);
  });

  it('[PR4] a device that lost its connection is gone after the grace, and not at once', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice', 'a1');
    const bob = await server.socket('bob', 'b1');
    const updates = record<PresenceUpdate>(alice, 'presence:update');
    const offline = heard(alice, 'presence:update', ({ online }) => !online);
    const startedMs = performance.now();
    bob.io.engine.close();
    await vi.waitUntil(() => server.log.some(({ msg, device }) => msg === 'socket closed' && device === 'b1'));
    await settled(alice);
    expect(updates.filter(({ online }) => !online)).toEqual([]);
    expect(await offline).toEqual({ wallet: 'bob', online: false, devices: [] });
    expect(performance.now() - startedMs).toBeGreaterThan(1_900);
  });
});

describe('contacts by event and by HTTP, on the real server', () => {
  const MUTUAL = { CONTACTS: 'mutual' };

  it('[CT8] [CT1] [CT2] do the same', async () => {
    await using server = await TestServer.start(MUTUAL);
    const [alice, bob] = [await Person.at(server, 'alice'), await Person.at(server, 'bob')];
    const change = (who: Person, action: string, wallet: string) =>
      ask(who.socket, 'contacts:change', { action, wallet });
    expect(await change(alice, 'ask', 'bob')).toEqual({ ok: true, wallet: 'bob', state: 'asked' });
    expect(await bob.does('accept', 'alice')).toBe('mutual');
    expect(await codeOf(change(bob, 'accept', 'alice'))).toBe('not_asking');
    expect(await ask(alice.socket, 'contacts:list')).toEqual({
      ok: true,
      contacts: [{ wallet: 'bob', state: 'mutual', since: expect.any(Number) }],
    });
    expect(await alice.list()).toEqual(['bob mutual']);
    expect(await change(bob, 'remove', 'alice')).toEqual({ ok: true, wallet: 'alice', state: 'none' });
    expect(await alice.list()).toEqual([]);
  });

  it('[CT8] share one rate limit of the wallet, whatever its devices', async () => {
    await using server = await TestServer.start(MUTUAL);
    const [one, other] = [await Person.at(server, 'alice', 'a1'), await server.socket('alice', 'a2')];
    const { points } = RATE_LIMITS.contacts;
    for (let index = 0; index < points / 2; index++) await one.list();
    const rest = Array.from({ length: points / 2 }, () => codeOf(ask(other, 'contacts:list')));
    expect(new Set(await Promise.all(rest))).toContain('ok');
    expect(await codeOf(ask(other, 'contacts:list'))).toBe('rate_limited');
    const refused = await server.fetch(PATHS.contacts, { headers: one.session.headers });
    expect(refused.status).toBe(429);
  });

  it('[CT9] are not needed with CONTACTS=everyone', async () => {
    await using server = await TestServer.start({ CONTACTS: 'everyone' });
    const [alice, bob] = [await server.socket('alice', 'a1'), await server.socket('bob', 'b1')];
    const arrival = heard(bob, 'rtc:offer');
    expect(await codeOf(ask(alice, 'rtc:offer', offer('alice', 'bob')))).toBe('ok');
    await arrival;
  });
});
