import { LIMITS, OpsAnswer, PATHS, Session } from '@anypath/protocol';
import * as v from 'valibot';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cookieSignIn } from '../testing/session.ts';
import { ask } from '../testing/signals.ts';
import { TestServer } from '../testing/test-server.ts';

const asked = async (server: TestServer, token: string, query = ''): Promise<OpsAnswer> =>
  v.parse(OpsAnswer, await (await server.get(`${PATHS.ops}${query}`, token)).json());

describe('GET /api/v1/ops of the real server', () => {
  afterEach(() => vi.useRealTimers());

  it('[S7.5] answers the wallets of ADMIN_WALLETS alone, by cookie and by token', async () => {
    await using server = await TestServer.start({ ADMIN_WALLETS: `alice, 0x${'AB'.repeat(20)}` });
    const { headers } = await cookieSignIn(server, 'alice');
    expect((await server.fetch(PATHS.ops, { headers })).status).toBe(200);
    const { cookie } = headers;
    expect((await server.fetch(PATHS.ops, { headers: { cookie } })).status, 'no CSRF token').toBe(403);
    for (const admin of ['alice', `0x${'ab'.repeat(20)}`])
      expect((await server.get(PATHS.ops, await server.signIn(admin))).status).toBe(200);
    const refused = await server.get(PATHS.ops, await server.signIn('bob'));
    expect([refused.status, await refused.json()]).toMatchObject([403, { error: 'forbidden' }]);
    expect((await server.get(PATHS.ops)).status).toBe(401);
    expect((await server.get(`${PATHS.ops}?since=tomorrow`, await server.signIn('alice'))).status).toBe(400);
  });

  it('[S7.5] says in the session who may see it', async () => {
    await using server = await TestServer.start({ ADMIN_WALLETS: 'alice' });
    const adminOf = async (wallet: string) => {
      const { headers } = await cookieSignIn(server, wallet);
      return v.parse(Session, await (await server.fetch(PATHS.session, { headers })).json()).admin;
    };
    expect([await adminOf('alice'), await adminOf('bob')]).toEqual([true, undefined]);
  });

  it('[S7.5] tells minute by minute what happened, for a day, and what is asked for alone', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
    await using server = await TestServer.start({
      ADMIN_WALLETS: 'alice',
      RELAY_PRICE_PER_GB: 'twilio=0.5',
      TURN_STUN_FALLBACK: 'stun:a.example',
      TURN_PROBE_INTERVAL: '0',
      SESSION_TTL: '2592000',
    });
    const token = await server.signIn('alice');
    const socket = await server.socket('bob', 'b1');
    await server.get(PATHS.ice, token);
    const pair = { local: { type: 'host', protocol: 'udp' }, remote: { type: 'host', protocol: 'udp' } };
    const report = { role: 'offer', browser: 'firefox', network: 'home', candidates: { local: [], remote: [] } };
    for (const ms of [100, 300])
      await ask(socket, 'rtc:report', { ...report, outcome: 'opened', ms, tier: 'direct', pair });
    await ask(socket, 'rtc:report', { ...report, outcome: 'failed', ms: 15_000, reason: 'no_pair' });
    const bytes = { provider: 'twilio', sentBytes: 2e9, receivedBytes: 0 };
    await ask(socket, 'rtc:report', { ...report, outcome: 'carried', ms: 60_000, ...bytes });
    await ask(socket, 'no:such:event', {});

    const first = await asked(server, token);
    expect(first.history).toMatchObject({
      iceIssued: [1],
      openedHost: [2],
      openedRelay: [0],
      failed: [1],
      openP50Ms: [100],
      openP95Ms: [300],
      relayedBytes: [2e9],
      refused: [1],
      sockets: [1],
    });
    expect(first.networks).toEqual([{ network: 'home', direct: 2, turn: 0, failed: 1 }]);
    expect(first.relayed).toEqual([{ provider: 'twilio', bytes: 2e9, pricePerGb: 0.5 }]);
    expect(first.refusals).toEqual([{ code: 'unknown_event', count: 1 }]);
    expect(first.readiness.providers.map(({ name }) => name)).toEqual(['coturn', 'stun']);

    await vi.advanceTimersByTimeAsync(LIMITS.opsSampleMs);
    const { history } = await asked(server, token);
    expect([history.openedHost, history.openP50Ms, history.sockets]).toEqual([
      [2, 0],
      [100, null],
      [1, 1],
    ]);
    const since = await asked(server, token, `?since=${history.at[0]}`);
    expect(since.history.openedHost).toEqual([0]);

    await vi.advanceTimersByTimeAsync(LIMITS.opsSampleMs * (LIMITS.opsSamplesMax + 5));
    const day = await asked(server, token);
    expect(day.history.at).toHaveLength(LIMITS.opsSamplesMax + 1);
    expect(
      day.history.openedHost.every((count) => count === 0),
      'what is older has left',
    ).toBe(true);
  });
});
