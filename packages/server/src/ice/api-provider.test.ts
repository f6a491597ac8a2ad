import { describe, expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { apiProvider, type Timers } from './api-provider.ts';
import type { CredentialApi, IssuedCredentials } from './credential-api.ts';
import type { TurnServer } from './provider.ts';
import { ProviderError } from './provider-error.ts';
import { twilioBase } from './twilio.ts';

const T0 = 1_700_000_000_000;
const TTL = 600;

/** Time that moves only when it is told to. */
class ScriptedClock implements Timers {
  nowMs = T0;
  readonly #due = new Map<object, { readonly atMs: number; readonly callback: () => void }>();

  after(delayMs: number, callback: () => void): () => void {
    const key = {};
    this.#due.set(key, { atMs: this.nowMs + delayMs, callback });
    return () => void this.#due.delete(key);
  }

  get pending(): number {
    return this.#due.size;
  }

  /** Moves on, and calls back whatever comes due on the way. */
  async advance(ms: number): Promise<void> {
    const endMs = this.nowMs + ms;
    for (;;) {
      const [next] = [...this.#due].sort(([, a], [, b]) => a.atMs - b.atMs);
      if (!next || next[1].atMs > endMs) break;
      this.nowMs = next[1].atMs;
      this.#due.delete(next[0]);
      next[1].callback();
      await settled();
    }
    this.nowMs = endMs;
  }
}

/** Everything that promises still have to do has been done. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An API whose answers the test gives. */
class ScriptedApi implements CredentialApi {
  readonly name = 'twilio';
  readonly wishes: number[] = [];
  readonly signals: AbortSignal[] = [];
  readonly #clock: ScriptedClock;
  /** What the next call comes to; by default, credentials as they were wished for. */
  next: () => Promise<IssuedCredentials>;

  constructor(clock: ScriptedClock) {
    this.#clock = clock;
    this.next = this.issues();
  }

  issues(lifetimeSeconds?: number): () => Promise<IssuedCredentials> {
    return async () => ({
      servers: [server(`user-${this.wishes.length}`)],
      expiresAtMs: this.#clock.nowMs + (lifetimeSeconds ?? this.wishes.at(-1) ?? 0) * 1000,
    });
  }

  fails(...failure: ConstructorParameters<typeof ProviderError>): () => Promise<IssuedCredentials> {
    return () => Promise.reject(new ProviderError(...failure));
  }

  request(ttlSeconds: number, signal: AbortSignal): Promise<IssuedCredentials> {
    this.wishes.push(ttlSeconds);
    this.signals.push(signal);
    return this.next();
  }
}

const server = (username: string): TurnServer => ({ url: 'turn:turn.example.com:3478', username, credential: 'c' });

function setUp() {
  const clock = new ScriptedClock();
  const api = new ScriptedApi(clock);
  const lines: Record<string, unknown>[] = [];
  const log = createLog(
    { LOG_LEVEL: 'debug', LOG_FORMAT: 'json' },
    { write: (line) => void lines.push(JSON.parse(line)) },
  );
  const provider = apiProvider(api, { ttl: TTL, log, now: () => clock.nowMs, timers: clock });
  const issue = (ttl = TTL) => provider.issue({ wallet: 'alice', ttl, nowMs: clock.nowMs });
  return { clock, api, lines, provider, issue };
}

describe('a provider with a scripted API and clock', () => {
  it('wishes for twice the lifetime and shares the answer, without asking again, while it outlives ttl', async () => {
    const { clock, api, provider, issue } = setUp();
    provider.start();
    await settled();
    expect(api.wishes).toEqual([2 * TTL]);
    const inHand = issue();
    expect(inHand).toEqual([server('user-1')]);
    await clock.advance(TTL * 500 - 1);
    expect(issue()).toBe(inHand);
    expect(api.wishes).toHaveLength(1);
  });

  it('asks again in the middle of the time that an answer is shared', async () => {
    const { clock, api, provider, issue } = setUp();
    provider.start();
    await settled();
    await clock.advance(TTL * 500);
    expect(api.wishes).toHaveLength(2);
    expect(issue()).toEqual([server('user-2')]);
  });

  it('answers from memory for a day, whoever asks and whenever', async () => {
    const { clock, api, provider, issue } = setUp();
    provider.start();
    await settled();
    for (let minute = 0; minute < 24 * 60; minute++) {
      await clock.advance(60_000);
      expect(issue()).not.toBeInstanceOf(Promise);
      expect(issue()).toHaveLength(1);
    }
    expect(api.wishes.length).toBeLessThan(300);
  });

  it('makes one call of a hundred requests at once', async () => {
    const { api, issue } = setUp();
    const answers = await Promise.all(Array.from({ length: 100 }, () => issue()));
    expect(api.wishes).toHaveLength(1);
    expect(answers).toEqual(Array.from({ length: 100 }, () => [server('user-1')]));
  });

  it('serves what is in hand while it is good, though the API fails, and nothing after', async () => {
    const { clock, api, provider, issue } = setUp();
    provider.start();
    await settled();
    api.next = api.fails('unavailable', { status: 503 });
    await clock.advance(TTL * 1000);
    expect(provider.breaker).toBe('open');
    expect(issue()).toEqual([server('user-1')]);
    await clock.advance(1);
    expect(issue()).toEqual([]);
  });

  it('opens on the first failure, tries again by itself, and says so once each', async () => {
    const { clock, api, lines, provider, issue } = setUp();
    api.next = api.fails('rate_limited', { status: 429, retryAfterMs: 5_000 });
    expect(await issue()).toEqual([]);
    expect(provider.breaker).toBe('open');
    expect(issue()).toEqual([]);
    await clock.advance(4_999);
    expect(api.wishes).toHaveLength(1);
    await clock.advance(6_000);
    expect(api.wishes).toHaveLength(3);
    api.next = api.issues();
    await clock.advance(30_000);
    expect(provider.breaker).toBe('closed');
    expect(issue()).toHaveLength(1);
    expect(lines.map(({ level, provider: name, reason, status }) => [level, name, reason, status])).toEqual([
      [40, 'twilio', 'rate_limited', 429],
      [30, 'twilio', undefined, undefined],
    ]);
  });

  it('waits a minute where its key is refused', async () => {
    const { clock, api, issue } = setUp();
    api.next = api.fails('unauthorized', { status: 401 });
    await issue();
    await clock.advance(59_999);
    expect(api.wishes).toHaveLength(1);
    await clock.advance(1);
    expect(api.wishes).toHaveLength(2);
  });

  it('makes nobody wait for the one call that finds out whether an outage is over', async () => {
    const { clock, api, provider, issue } = setUp();
    api.next = api.fails('unavailable');
    await issue();
    api.next = () => new Promise(() => {});
    await clock.advance(1_000);
    expect(provider.breaker).toBe('half-open');
    expect(issue()).toEqual([]);
    expect(api.wishes).toHaveLength(2);
  });

  it('gives up after the deadline, though the API heeds no signal', async () => {
    const { clock, api, lines, issue } = setUp();
    api.next = () => new Promise(() => {});
    const waiting = issue();
    await clock.advance(1_500);
    expect(await waiting).toEqual([]);
    expect(api.signals[0]?.aborted).toBe(true);
    expect(lines).toMatchObject([{ reason: 'timeout' }]);
  });

  it('takes credentials that end too soon for a failure', async () => {
    const { api, lines, provider, issue } = setUp();
    api.next = api.issues(TTL - 1);
    expect(await issue()).toEqual([]);
    expect(provider.breaker).toBe('open');
    expect(lines).toMatchObject([{ reason: 'expired' }]);
  });

  it('takes an unexpected error for an outage, and logs nothing of it', async () => {
    const { api, lines, issue } = setUp();
    api.next = () => Promise.reject(new Error('https://user:password@example.com'));
    expect(await issue()).toEqual([]);
    expect(lines).toMatchObject([{ reason: 'unavailable' }]);
    expect(JSON.stringify(lines)).not.toContain('password');
  });

  it('has what is in hand probed until it ends', async () => {
    const { clock, provider } = setUp();
    expect(provider.targets(clock.nowMs)).toEqual([]);
    provider.start();
    await settled();
    const target = { url: 'turn:turn.example.com:3478', credentials: [{ username: 'user-1', credential: 'c' }] };
    expect(provider.targets(T0 + 2 * TTL * 1000)).toEqual([target]);
    expect(provider.targets(T0 + 2 * TTL * 1000 + 1)).toEqual([]);
  });

  it('leaves nothing behind when it is stopped in the middle of a call, and can be started again', async () => {
    const { clock, api, lines, provider, issue } = setUp();
    api.next = () => new Promise(() => {});
    provider.start();
    const waiting = issue();
    provider.stop();
    expect(api.signals[0]?.aborted).toBe(true);
    expect(await waiting).toEqual([]);
    expect([clock.pending, issue(), lines]).toEqual([0, [], []]);
    api.next = api.issues();
    provider.start();
    await settled();
    expect(issue()).toEqual([server('user-2')]);
  });
});

describe("the base of Twilio's API", () => {
  it.each([
    ['ie1', '', 'https://ie1.api.twilio.com'],
    ['', '', 'https://api.twilio.com'],
    ['us1', '', 'https://api.twilio.com'],
    ['ie1', 'http://gateway.example.com', 'http://gateway.example.com'],
  ])('[S2.5] region "%s" and TWILIO_API_URL "%s" use %s', (TWILIO_REGION, TWILIO_API_URL, base) => {
    expect(twilioBase({ TWILIO_REGION, TWILIO_API_URL })).toBe(base);
  });
});
