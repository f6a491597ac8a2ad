import { IceAnswer, type Readiness } from '@anypath/protocol';
import { probeTurn } from '@anypath/stun';
import * as v from 'valibot';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { freePort } from '../coturn/free-port.ts';
import { TestCoturn } from '../testing/test-coturn.ts';
import { TestServer } from '../testing/test-server.ts';
import { TwilioStandIn } from '../testing/twilio-stand-in.ts';
import { timedCredentials } from './coturn.ts';

const SECRET = 'a-secret-that-coturn-shares';
const ICE = '/api/v1/rtc/ice';
/** What the broker promises: a change is seen within this time. */
const WITHIN_MS = 10_000;

const settingsOf = (...coturns: TestCoturn[]) => ({
  TURN_SECRET: SECRET,
  TURN_URIS: coturns.flatMap(({ uris }) => uris).join(','),
  TURN_CRED_TTL: '120',
  ICE_RATE_LIMIT: '100000',
});

/** Asks as a wallet does. */
async function asker(server: TestServer) {
  const token = await server.signIn('alice');
  const ask = async (): Promise<IceAnswer | undefined> => {
    const response = await server.get(ICE, token);
    if (response.ok) return v.parse(IceAnswer, await response.json());
    expect(await response.json()).toMatchObject({ error: 'ice_unavailable' });
    return undefined;
  };
  const urls = async (): Promise<string[]> => (await ask())?.iceServers.flatMap((each) => each.urls) ?? [];
  /** An answer; where there is none, the test fails with what the server knows. */
  const answer = async (): Promise<IceAnswer> =>
    (await ask()) ?? expect.fail(`no answer: ${await (await server.get('/readyz')).text()}`);
  return { ask, answer, urls };
}

/** Uses every TURN address of an answer for real. */
async function useAll(answer: IceAnswer): Promise<void> {
  for (const { urls, username = '', credential = '' } of answer.iceServers) {
    for (const url of [urls].flat()) await probeTurn(url, { username, credential }, { timeoutMs: 5_000 });
  }
}

const until = <T>(condition: () => Promise<T>) =>
  vi.waitUntil(condition, { timeout: WITHIN_MS, interval: 50 }) as Promise<T>;

describe('the broker on the real coturn', { timeout: 60_000 }, () => {
  beforeEach((context) => {
    if (!TestCoturn.isInstalled) context.skip('coturn is not installed (apt-get install coturn)');
  });

  it('[S2.1] hands out addresses that relay packets', async () => {
    await using coturn = await TestCoturn.start({ secrets: [SECRET] });
    await using server = await TestServer.start(settingsOf(coturn));
    const answer = await (await asker(server)).answer();
    expect(answer.provider).toBe('coturn');
    expect(answer.iceServers[0]?.urls).toEqual(coturn.uris);
    await useAll(answer);
  });

  it('[S2.1] a killed coturn leaves the answer within 10 s, and is back within 10 s of its return', async () => {
    await using first = await TestCoturn.start({ secrets: [SECRET] });
    await using second = await TestCoturn.start({ secrets: [SECRET] });
    await using server = await TestServer.start(settingsOf(first, second));
    const { urls } = await asker(server);
    expect(new Set(await urls())).toEqual(new Set([...first.uris, ...second.uris]));
    await first.kill();
    await until(async () => !(await urls()).some((url) => first.uris.includes(url)));
    expect(new Set(await urls())).toEqual(new Set(second.uris));
    await first.restart();
    await until(async () => (await urls()).length === 4);
  });

  it('[S2.1] one that is silent, with its ports still open, leaves the answer within 10 s, too', async () => {
    await using coturn = await TestCoturn.start({ secrets: [SECRET] });
    await using server = await TestServer.start(settingsOf(coturn));
    const { ask } = await asker(server);
    expect(await ask()).toBeDefined();
    coturn.signal('SIGSTOP');
    await until(async () => (await ask()) === undefined);
    coturn.signal('SIGCONT');
    await until(async () => (await ask()) !== undefined);
  });

  it('[S2.1] where coturn dies, a stand-in for Twilio takes over, until coturn is back', async () => {
    await using own = await TestCoturn.start({ secrets: [SECRET] });
    await using theirs = await TestCoturn.start({ user: { name: 'theirs', password: 'their-password' } });
    const login = ['AC00000000000000000000000000000000', 'an-auth-token-of-the-account'] as const;
    const credentials = { username: 'theirs', credential: 'their-password' };
    await using twilio = await TwilioStandIn.start({
      accountSid: login[0],
      logins: [login],
      servers: theirs.uris.map((url) => ({ url, ...credentials })),
    });
    await using server = await TestServer.start({
      ...settingsOf(own),
      TWILIO_ACCOUNT_SID: login[0],
      TWILIO_AUTH_TOKEN: login[1],
      TWILIO_API_URL: twilio.url,
    });
    const { ask } = await asker(server);
    expect((await ask())?.provider).toBe('coturn');
    await own.kill();
    const answer = await until(async () => {
      const latest = await ask();
      return latest?.provider === 'twilio' ? latest : undefined;
    });
    await useAll(answer ?? expect.fail('no answer'));
    expect(JSON.stringify(answer)).not.toContain(login[0]);
    await own.restart();
    await until(async () => (await ask())?.provider === 'coturn');
  });

  it('[S2.4] with fixed credentials', async () => {
    await using coturn = await TestCoturn.start({ user: { name: 'me', password: 'my-password' } });
    await using server = await TestServer.start({
      COTURN_URL: coturn.uris.join(','),
      COTURN_USERNAME: 'me',
      COTURN_PASSWORD: 'my-password',
    });
    const answer = await (await asker(server)).answer();
    expect(answer.provider).toBe('coturn');
    await useAll(answer);
  });

  it('does not hand out a coturn that refuses our secret, and says so', async () => {
    await using coturn = await TestCoturn.start({ secrets: ['another-secret-entirely'] });
    await using server = await TestServer.start(settingsOf(coturn));
    expect(await (await asker(server)).ask()).toBeUndefined();
    const ready = (await (await server.get('/readyz')).json()) as Readiness;
    expect(ready).toMatchObject({ status: 'degraded', provider: 'none' });
    expect(ready.providers[0]?.urls[0]).toMatchObject({ state: 'down', reason: 'unauthorized' });
    const metrics = await (await server.get('/metrics')).text();
    expect(metrics).toContain(`anypath_ice_url_up{provider="coturn",url="${coturn.uris[0]}"} 0`);
    expect(metrics).toMatch(/^anypath_ice_requests_total\{outcome="ice_unavailable"\} 1$/m);
  });

  it('[S2.3] no request fails while the secret is changed, whichever side is changed first', async () => {
    const [oldSecret, newSecret] = ['the-old-secret-of-coturn', 'the-new-secret-of-coturn'];
    await using coturn = await TestCoturn.start({ storedSecret: oldSecret });
    const settings = { ...settingsOf(coturn), TURN_PROBE_INTERVAL: '1' };
    let used = 0;
    const use = async (ask: () => Promise<IceAnswer>) => {
      const answer = await ask();
      await useAll(answer);
      used++;
      return answer;
    };
    await using before = await TestServer.start({ ...settings, TURN_SECRET: oldSecret });
    const first = await asker(before);
    const { username = '', credential: signedWithOld } = (await use(first.answer)).iceServers[0] ?? {};

    // The service is told first: coturn knows the old one alone.
    await using during = await TestServer.start({ ...settings, TURN_SECRET: `${newSecret},${oldSecret}` });
    const second = await asker(during);
    for (let index = 0; index < 10; index++) await use(second.answer);

    // coturn learns the new one; the service finds out by itself.
    coturn.secret('set', newSecret);
    await until(async () => {
      const { iceServers } = await use(second.answer);
      return iceServers.every(({ username: name = '', credential }) => {
        const [expiry, wallet = ''] = name.split(':');
        return credential === timedCredentials(newSecret, wallet, Number(expiry)).credential;
      });
    });
    // What was issued before is still good.
    await probeTurn(coturn.uris[0] ?? '', { username, credential: signedWithOld ?? '' }, { timeoutMs: 5_000 });

    // The old one goes, on both sides.
    coturn.secret('delete', oldSecret);
    for (let index = 0; index < 10; index++) await use(second.answer);
    await using after = await TestServer.start({ ...settings, TURN_SECRET: newSecret });
    await use((await asker(after)).answer);
    expect(used).toBeGreaterThan(20);
  });
});

describe('the broker where nothing works', () => {
  it('[S1.7] answers 503 in under 50 ms with every provider down: coturn, stand-ins for Twilio and Cloudflare', async () => {
    await using twilio = await TwilioStandIn.start({ accountSid: `AC${'1'.repeat(32)}`, logins: [], servers: [] });
    twilio.misbehave({ kind: 'hang' });
    const port = await freePort('127.0.0.1', 0);
    await using server = await TestServer.start({
      TURN_SECRET: SECRET,
      TURN_URIS: `turn:127.0.0.1:${port}?transport=udp,turn:127.0.0.1:${port}?transport=tcp`,
      TWILIO_ACCOUNT_SID: `AC${'1'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'an-auth-token-of-the-account',
      TWILIO_API_URL: twilio.url,
      CLOUDFLARE_TURN_KEY_ID: 'a-key',
      CLOUDFLARE_TURN_API_TOKEN: 'a-token-of-the-key',
      CLOUDFLARE_API_URL: `http://127.0.0.1:${port}`,
      ICE_RATE_LIMIT: '1000',
    });
    const token = await server.signIn('alice');
    // Right after the start the first probe and the first call are awaited.
    await server.get(ICE, token);
    const times: number[] = [];
    for (let index = 0; index < 20; index++) {
      const startedMs = performance.now();
      const response = await server.get(ICE, token);
      times.push(performance.now() - startedMs);
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ error: 'ice_unavailable' });
    }
    expect(times.sort((a, b) => a - b)[10]).toBeLessThan(50);
  });
});
