import { describe, expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { CloudflareStandIn } from '../testing/cloudflare-stand-in.ts';
import { HttpStandIn, type Misbehaviour } from '../testing/http-stand-in.ts';
import { TwilioStandIn } from '../testing/twilio-stand-in.ts';
import { apiProvider } from './api-provider.ts';
import { cloudflareApi } from './cloudflare.ts';
import type { CredentialApi } from './credential-api.ts';
import type { Provider } from './provider.ts';
import { ProviderError } from './provider-error.ts';
import { twilioApi } from './twilio.ts';

const ACCOUNT = `AC${'0a'.repeat(16)}`;
const API_KEY = `SK${'1b'.repeat(16)}`;
const API_SECRET = 'the-secret-of-the-api-key';
const AUTH_TOKEN = 'the-auth-token-of-the-account';
const KEY_ID = 'the-id-of-the-turn-key';
const API_TOKEN = 'the-token-of-the-turn-key';
const USERNAME = 'the-user-of-turn';
const CREDENTIAL = 'the-credential-of-turn';
const login = { username: USERNAME, credential: CREDENTIAL };
const URLS = ['turn:turn.example.com:3478?transport=udp', 'turns:turn.example.com:443?transport=tcp'];
const SERVERS = URLS.map((url) => ({ url, ...login }));
const basic = (user: string, password: string) => `Basic ${btoa(`${user}:${password}`)}`;
const TTL = 600;

const byKey = { TWILIO_API_KEY: API_KEY, TWILIO_API_SECRET: API_SECRET, TWILIO_AUTH_TOKEN: '' };
const byToken = { TWILIO_API_KEY: '', TWILIO_API_SECRET: '', TWILIO_AUTH_TOKEN: AUTH_TOKEN };

async function startTwilio() {
  const logins = [[API_KEY, API_SECRET] as const, [ACCOUNT, AUTH_TOKEN] as const];
  return TwilioStandIn.start({ accountSid: ACCOUNT, logins, servers: SERVERS });
}

const twilioAt = (url: string, keys: typeof byKey = byKey, account = ACCOUNT): CredentialApi =>
  twilioApi({ TWILIO_ACCOUNT_SID: account, ...keys, TWILIO_REGION: '', TWILIO_API_URL: url });

async function startCloudflare() {
  return CloudflareStandIn.start({ keyId: KEY_ID, apiToken: API_TOKEN, entry: { urls: URLS, ...login } });
}

const cloudflareAt = (url: string, token = API_TOKEN): CredentialApi =>
  cloudflareApi({ CLOUDFLARE_TURN_KEY_ID: KEY_ID, CLOUDFLARE_TURN_API_TOKEN: token, CLOUDFLARE_API_URL: url });

const vendors = [
  { vendor: 'Twilio', start: startTwilio, at: (url: string) => twilioAt(url) },
  { vendor: 'Cloudflare', start: startCloudflare, at: (url: string) => cloudflareAt(url) },
];

const patience = (): AbortSignal => AbortSignal.timeout(20_000);

/** The error of a call that must fail. */
async function failureOf(api: CredentialApi, ttl = 2 * TTL, signal = patience()): Promise<ProviderError> {
  const outcome: unknown = await api.request(ttl, signal).catch((error: unknown) => error);
  if (outcome instanceof ProviderError) return outcome;
  throw new Error('the call did not fail with a ProviderError', { cause: outcome });
}

/** A provider at work, with its log in memory; stopped at the end of the test. */
class AtWork implements Disposable {
  readonly lines: string[] = [];
  readonly provider: Provider;
  #waiting: { readonly text: string; readonly heard: () => void }[] = [];

  constructor(api: CredentialApi, deadlineMs: number) {
    const write = (line: string) => {
      this.lines.push(line);
      for (const { text, heard } of this.#waiting) if (line.includes(text)) heard();
    };
    this.provider = apiProvider(api, {
      ttl: TTL,
      deadlineMs,
      log: createLog({ LOG_LEVEL: 'trace', LOG_FORMAT: 'json' }, { write }),
    });
  }

  issue() {
    return this.provider.issue({ wallet: 'alice', ttl: TTL, nowMs: Date.now() });
  }

  /** Resolves with the first line from now on that contains a text. */
  async logged(text: string): Promise<void> {
    await new Promise<void>((heard) => void this.#waiting.push({ text, heard }));
  }

  [Symbol.dispose](): void {
    this.provider.stop();
  }
}

describe('Twilio Network Traversal, as a stand-in for Twilio publishes it', () => {
  it.each([
    ['API key and secret', byKey, basic(API_KEY, API_SECRET)],
    ['account and auth token', byToken, basic(ACCOUNT, AUTH_TOKEN)],
    ['API key where both are known', { ...byKey, TWILIO_AUTH_TOKEN: AUTH_TOKEN }, basic(API_KEY, API_SECRET)],
  ])('[S2.5] a stand-in for Twilio issues to %s, and its TURN entries alone come out', async (_, keys, expected) => {
    await using twilio = await startTwilio();
    const askedAtMs = Date.now();
    const issued = await twilioAt(twilio.url, keys).request(2 * TTL, patience());
    expect(issued.servers).toEqual(SERVERS);
    // `date_created` has whole seconds, so up to one is lost.
    expect(issued.expiresAtMs).toBeGreaterThanOrEqual(askedAtMs - 1_000 + 2 * TTL * 1000);
    expect(issued.expiresAtMs).toBeLessThanOrEqual(Date.now() + 2 * TTL * 1000);
    const [request] = twilio.http.received;
    expect(request?.headers.authorization).toBe(expected);
    expect(request?.body).toBe('Ttl=1200');
  });

  it('[S2.5] a stand-in for Twilio is never asked for more than 24 hours', async () => {
    await using twilio = await startTwilio();
    await twilioAt(twilio.url).request(172_800, patience());
    expect(twilio.http.received[0]?.body).toBe('Ttl=86400');
  });

  it.each([
    ['a wrong secret', () => ({ ...byKey, TWILIO_API_SECRET: 'wrong' }), ACCOUNT, 'unauthorized', 401],
    ['another account', () => byKey, `AC${'f'.repeat(32)}`, 'malformed', 404],
  ])('[S2.5] a stand-in for Twilio that is given %s: refused', async (_, keys, account, reason, status) => {
    await using twilio = await startTwilio();
    expect(await failureOf(twilioAt(twilio.url, keys(), account))).toMatchObject({ reason, status });
  });

  it('[S2.5] a stand-in for Twilio that is asked for nonsense: malformed, HTTP 400', async () => {
    await using twilio = await startTwilio();
    expect(await failureOf(twilioAt(twilio.url), -1)).toMatchObject({ reason: 'malformed', status: 400 });
  });

  it('[S2.6] a stand-in for Twilio whose token has ended, or is older than it seems: by date_created', async () => {
    await using twilio = await startTwilio();
    twilio.age(2 * TTL + 1);
    expect(await failureOf(twilioAt(twilio.url))).toMatchObject({ reason: 'expired' });
    twilio.age(100);
    const { expiresAtMs } = await twilioAt(twilio.url).request(2 * TTL, patience());
    expect(expiresAtMs).toBeLessThanOrEqual(Date.now() + (2 * TTL - 100) * 1000);
    twilio.age(-3_600);
    const ahead = await twilioAt(twilio.url).request(2 * TTL, patience());
    expect(ahead.expiresAtMs).toBeLessThanOrEqual(Date.now() + 2 * TTL * 1000);
  });

  it('a stand-in for Twilio that lists other URLs: they are refused', async () => {
    await using twilio = await startTwilio();
    const odd = ['http://turn.example.com', 'turn:user@turn.example.com', 'turn:turn.example.com:65536', 'turn:a b'];
    const oddServers = odd.map((url) => ({ url, ...login }));
    twilio.handOut([...oddServers, ...SERVERS]);
    expect((await twilioAt(twilio.url).request(2 * TTL, patience())).servers).toEqual(SERVERS);
    twilio.handOut(oddServers);
    expect(await failureOf(twilioAt(twilio.url))).toMatchObject({ reason: 'malformed' });
    twilio.handOut(Array.from({ length: 40 }, () => SERVERS).flat());
    expect(await failureOf(twilioAt(twilio.url))).toMatchObject({ reason: 'malformed' });
  });
});

describe('Cloudflare Realtime TURN, as a stand-in for Cloudflare publishes it', () => {
  it.each([['a list', 'list'] as const, ['one object', 'object'] as const])(
    'a stand-in for Cloudflare that answers %s: TURN without port 53',
    async (_, shape) => {
      await using cloudflare = await startCloudflare();
      cloudflare.answerAs(shape);
      const on53 = ['turn:turn.example.com:53?transport=udp', 'turn:turn.example.com:53'];
      cloudflare.handOut({ urls: [...on53, ...URLS, 'turns:turn.example.com:5349'], ...login });
      const askedAtMs = Date.now();
      const { servers, expiresAtMs } = await cloudflareAt(cloudflare.url).request(2 * TTL, patience());
      expect(servers).toEqual([...SERVERS, { url: 'turns:turn.example.com:5349', ...login }]);
      expect(expiresAtMs).toBeGreaterThanOrEqual(askedAtMs + 2 * TTL * 1000);
      expect(cloudflare.http.received[0]?.body).toBe('{"ttl":1200}');
    },
  );

  it('a stand-in for Cloudflare is never asked for more than 48 hours', async () => {
    await using cloudflare = await startCloudflare();
    await cloudflareAt(cloudflare.url).request(200_000, patience());
    expect(cloudflare.http.received[0]?.body).toBe('{"ttl":172800}');
  });

  it('a stand-in for Cloudflare that is given a wrong token: unauthorized', async () => {
    await using cloudflare = await startCloudflare();
    const failure = await failureOf(cloudflareAt(cloudflare.url, 'wrong'));
    expect(failure).toMatchObject({ reason: 'unauthorized', status: 401 });
  });
});

const failures: readonly [string, Misbehaviour, Partial<ProviderError>][] = [
  ['answers 401', { kind: 'status', status: 401 }, { reason: 'unauthorized', status: 401 }],
  ['answers 403', { kind: 'status', status: 403 }, { reason: 'unauthorized', status: 403 }],
  ['answers 429', { kind: 'status', status: 429, retryAfter: '7' }, { reason: 'rate_limited', retryAfterMs: 7_000 }],
  ['answers 503', { kind: 'status', status: 503, retryAfter: '9' }, { reason: 'unavailable', retryAfterMs: 9_000 }],
  ['answers 500', { kind: 'status', status: 500, retryAfter: 'soon' }, { reason: 'unavailable', status: 500 }],
  ['answers no JSON', { kind: 'text', text: '<html>' }, { reason: 'malformed', status: 201 }],
  ['answers another shape', { kind: 'text', text: '{"ice_servers":{},"iceServers":5}' }, { reason: 'malformed' }],
  ['answers nothing', { kind: 'text', text: '' }, { reason: 'malformed' }],
  ['answers half', { kind: 'truncated' }, { reason: 'malformed', status: 201 }],
  ['answers too much', { kind: 'huge', bytes: 65_536 }, { reason: 'malformed', status: 201 }],
  ['breaks off', { kind: 'cut' }, { reason: 'unavailable' }],
  ['resets the connection', { kind: 'reset' }, { reason: 'unavailable', systemCode: 'ECONNRESET' }],
];

describe.each(vendors)('an API that behaves badly', ({ vendor, start, at }) => {
  it.each(failures)(`[S2.5] a stand-in for ${vendor} that %s: the reason is told`, async (_, how, expected) => {
    await using standIn = await start();
    standIn.misbehave(how);
    expect(await failureOf(at(standIn.url))).toMatchObject(expected);
  });

  it(`[S2.5] a stand-in for ${vendor} that answers 429 with a date: Retry-After is the time until then`, async () => {
    await using standIn = await start();
    const retryAfter = new Date(Date.now() + 60_000).toUTCString();
    standIn.misbehave({ kind: 'status', status: 429, retryAfter });
    const { reason, retryAfterMs } = await failureOf(at(standIn.url));
    expect(reason).toBe('rate_limited');
    expect(retryAfterMs).toBeGreaterThan(40_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it(`[S2.5] a stand-in for ${vendor} that hangs: timeout`, async () => {
    await using standIn = await start();
    standIn.misbehave({ kind: 'hang' });
    const controller = new AbortController();
    const failure = failureOf(at(standIn.url), TTL, controller.signal);
    await standIn.http.requests(1);
    controller.abort();
    expect(await failure).toMatchObject({ reason: 'timeout' });
  });

  it(`[S2.5] a stand-in for ${vendor} that is slow: it is waited for`, async () => {
    await using standIn = await start();
    standIn.misbehave({ kind: 'slow', delayMs: 50 });
    expect((await at(standIn.url).request(TTL, patience())).servers).toEqual(SERVERS);
  });

  it(`[S2.5] a stand-in for ${vendor} that is gone: unavailable`, async () => {
    const standIn = await start();
    const { url } = standIn;
    await standIn[Symbol.asyncDispose]();
    expect(await failureOf(at(url))).toMatchObject({ reason: 'unavailable', systemCode: 'ECONNREFUSED' });
  });

  it.each([302, 307, 308] as const)(
    `[S2.5] a stand-in for ${vendor} that redirects elsewhere with %d: nobody there is asked`,
    async (status) => {
      await using elsewhere = await HttpStandIn.start(() => ({ status: 201, body: {} }));
      await using standIn = await start();
      standIn.misbehave({ kind: 'redirect', to: `${elsewhere.url}/Tokens.json`, status });
      expect(await failureOf(at(standIn.url))).toMatchObject({ reason: 'malformed', status });
      expect(elsewhere.received).toEqual([]);
    },
  );
});

describe.each(vendors)('a provider at work', ({ vendor, start, at }) => {
  it(`[S2.5] a stand-in for ${vendor} is asked once for a hundred wallets, and not who they are`, async () => {
    await using standIn = await start();
    using work = new AtWork(at(standIn.url), 20_000);
    work.provider.start();
    const answers = await Promise.all(Array.from({ length: 100 }, () => work.issue()));
    expect(new Set(answers)).toEqual(new Set([SERVERS]));
    expect(work.issue()).toEqual(SERVERS);
    expect(standIn.requestCount).toBe(1);
    expect(JSON.stringify(standIn.http.received)).not.toContain('alice');
  });

  it(`[S2.5] nothing of the account at a stand-in for ${vendor} is in what is issued or probed`, async () => {
    await using standIn = await start();
    using work = new AtWork(at(standIn.url), 20_000);
    const out = JSON.stringify([await work.issue(), work.provider.targets(Date.now())]);
    for (const secret of [ACCOUNT, API_KEY, API_SECRET, AUTH_TOKEN, KEY_ID, API_TOKEN]) {
      expect(out).not.toContain(secret);
    }
    expect(work.provider.targets(Date.now())).toEqual(URLS.map((url) => ({ url, credentials: [login] })));
  });

  it(`[S2.1] a stand-in for ${vendor} that hangs: it is waited for once, and closes the breaker when it is well`, async () => {
    await using standIn = await start();
    standIn.misbehave({ kind: 'hang' });
    using work = new AtWork(at(standIn.url), 300);
    expect(await work.issue()).toEqual([]);
    expect(work.provider.breaker).toBe('open');

    const tookMs = Array.from({ length: 100 }, () => {
      const beganMs = performance.now();
      expect(work.issue()).toEqual([]);
      return performance.now() - beganMs;
    });
    expect(Math.max(...tookMs)).toBeLessThan(50);

    const recovered = work.logged('issues credentials again');
    standIn.misbehave();
    await recovered;
    expect(work.provider.breaker).toBe('closed');
    expect(work.issue()).toEqual(SERVERS);
    expect(work.lines.map((line) => JSON.parse(line).level)).toEqual([40, 30]);
  });

  it(`[S2.6] a stand-in for ${vendor}, well and badly behaved: no secret and no credential is logged`, async () => {
    await using standIn = await start();
    const lines: string[] = [];
    for (const [, how] of [...failures, ['is well', undefined] as const]) {
      standIn.misbehave(how);
      using work = new AtWork(at(standIn.url), 20_000);
      await work.issue();
      lines.push(...work.lines);
    }
    const failure = await failureOf(at(standIn.url.replace('//', `//user:${API_SECRET}@`)));
    const told = [...lines, failure.message, JSON.stringify(failure), failure.stack].join('\n');
    expect(lines).toHaveLength(failures.length);
    const secrets = [ACCOUNT, API_KEY, API_SECRET, AUTH_TOKEN, KEY_ID, API_TOKEN, USERNAME, CREDENTIAL, 'alice'];
    for (const secret of [...secrets, btoa(`${API_KEY}:${API_SECRET}`)]) expect(told).not.toContain(secret);
  });
});
