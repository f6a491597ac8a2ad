import {
  AnypathError,
  type IceAnswer,
  type IceServer,
  LIMITS,
  type Readiness,
  type UrlHealth,
} from '@anypath/protocol';
import { after, type Maybe } from '../maybe.ts';
import { chooseUrls } from './choose.ts';
import { type Health, UNKNOWN } from './health.ts';
import type { Prober } from './prober.ts';
import type { BreakerState, Provider, Request, TurnServer } from './provider.ts';

/** What the broker hands out from. */
export interface BrokerParts {
  /** In the order in which they are preferred. */
  readonly providers: readonly Provider[];
  readonly stun: readonly string[];
  /** Lifetime that is promised, seconds. */
  readonly ttl: number;
  /** None where probing is off: every address counts as working then. */
  readonly prober: Prober | undefined;
}

/** Hands out ICE servers: those of the first provider that has any that work (SPEC S2.1). */
export class Broker {
  readonly #parts: BrokerParts;
  readonly #choices = new Map<Provider, Choice>();

  constructor(parts: BrokerParts) {
    this.#parts = parts;
  }

  start(): void {
    for (const provider of this.#parts.providers) provider.start();
    this.#parts.prober?.start();
  }

  stop(): void {
    this.#parts.prober?.stop();
    for (const provider of this.#parts.providers) provider.stop();
  }

  /**
   * What a wallet gets (SPEC S1.1): STUN first, at most `iceUrlsMax` addresses in all.
   *
   * @param nowMs Unix time, milliseconds
   * @returns a promise only where something has to be waited for
   * @throws AnypathError `ice_unavailable` where neither TURN nor STUN works, or rejects with it
   */
  answer(wallet: string, nowMs: number): Maybe<IceAnswer> {
    // Right after the start nothing is known yet; it takes one probe.
    const { providers, ttl } = this.#parts;
    return this.#answer(providers, { wallet, ttl, nowMs });
  }

  /**
   * What somebody gets who is not signed in, for a connectivity check: credentials that end when they are to, of no other
   * provider.
   *
   * @param name whom quotas of the TURN server count it for
   * @throws as `answer`
   */
  checkAnswer(name: string, nowMs: number): Maybe<IceAnswer> {
    const providers = this.#parts.providers.filter(({ endsOnTime }) => endsOnTime);
    return this.#answer(providers, { wallet: name, ttl: LIMITS.checkCredentialsSeconds, nowMs });
  }

  #answer(providers: readonly Provider[], request: Request): Maybe<IceAnswer> {
    const firstRound = this.#parts.prober?.firstRound;
    return firstRound ? firstRound.then(() => this.#answerOf(providers, request)) : this.#answerOf(providers, request);
  }

  /** The answer of the first of the providers that has any that work. */
  #answerOf([provider, ...others]: readonly Provider[], request: Request): Maybe<IceAnswer> {
    const { ttl, nowMs } = request;
    const stun = this.#stun();
    if (!provider && stun.length === 0) throw new AnypathError('ice_unavailable');
    if (!provider) return answerOf('stun', stun, ttl, nowMs);
    return after(provider.issue(request), (servers) => {
      const turn = this.#choose(provider, servers, LIMITS.iceUrlsMax - stun.length);
      if (turn.length === 0) return this.#answerOf(others, request);
      return answerOf(provider.name, [...stun, ...grouped(turn)], ttl, nowMs);
    });
  }

  /** Everything that is configured, and whether it works. */
  async readiness(nowMs: number): Promise<Readiness> {
    const { providers, stun } = this.#parts;
    const rows: Readiness['providers'] = providers.map((provider) => ({
      name: provider.name,
      breaker: provider.breaker,
      urls: provider.targets(nowMs).map(({ url }) => shown(url, this.#turnHealth(provider, url))),
    }));
    if (stun.length > 0) {
      const breaker: BreakerState = 'closed';
      rows.push({ name: 'stun', breaker, urls: stun.map((url) => shown(url, this.#stunHealth(url))) });
    }
    const provider = await this.#providerNow(nowMs);
    const isHurt = rows.some(({ breaker, urls }) => breaker !== 'closed' || urls.some(({ state }) => state === 'down'));
    return { status: isHurt ? 'degraded' : 'ready', provider, providers: rows };
  }

  async #providerNow(nowMs: number): Promise<Readiness['provider']> {
    try {
      return (await this.answer('', nowMs)).provider;
    } catch {
      return 'none';
    }
  }

  #stun(): IceServer[] {
    // One is enough: a second answers the same, and each one more slows browsers down.
    const urls = this.#parts.stun.find((url) => this.#stunHealth(url).state !== 'down');
    return urls === undefined ? [] : [{ urls }];
  }

  /** The chosen ones; which they are is worked out anew only where something new is known. */
  #choose(provider: Provider, servers: readonly TurnServer[], max: number): TurnServer[] {
    const version = this.#parts.prober?.version ?? 0;
    let choice = this.#choices.get(provider);
    if (!choice || choice.version !== version || choice.max !== max || !sameUrls(choice.of, servers)) {
      const candidates = servers.map(({ url }) => ({ url, health: this.#turnHealth(provider, url) }));
      const urls = chooseUrls(candidates, max);
      const positions = urls.map((url) => servers.findIndex((server) => server.url === url));
      choice = { version, max, of: servers, positions };
      this.#choices.set(provider, choice);
    }
    const chosen: TurnServer[] = [];
    for (const position of choice.positions) {
      const server = servers[position];
      if (server) chosen.push(server);
    }
    return chosen;
  }

  #turnHealth(provider: Provider, url: string): Health {
    return this.#parts.prober?.turnHealth(provider, url) ?? UNKNOWN;
  }

  #stunHealth(url: string): Health {
    return this.#parts.prober?.stunHealth(url) ?? UNKNOWN;
  }
}

/** What was chosen from a provider's addresses. */
interface Choice {
  /** Of the prober's knowledge. */
  readonly version: number;
  readonly max: number;
  readonly of: readonly TurnServer[];
  /** Where the chosen ones stand in `of`, the best first. */
  readonly positions: readonly number[];
}

const sameUrls = (a: readonly TurnServer[], b: readonly TurnServer[]): boolean =>
  a.length === b.length && a.every(({ url }, index) => url === b[index]?.url);

const answerOf = (
  provider: IceAnswer['provider'],
  iceServers: IceServer[],
  ttl: number,
  serverTime: number,
): IceAnswer => ({ iceServers, ttl, provider, serverTime, expiresAt: serverTime + ttl * 1000 });

/** Addresses that share their credentials share an entry. */
function grouped(servers: readonly TurnServer[]): IceServer[] {
  const groups: { urls: string[]; username: string; credential: string }[] = [];
  for (const { url, username, credential } of servers) {
    const group = groups.find((each) => each.username === username && each.credential === credential);
    if (group) group.urls.push(url);
    else groups.push({ urls: [url], username, credential });
  }
  return groups;
}

const shown = (url: string, { state, allocateMs, reason, checkedAt }: Health): UrlHealth => ({
  url,
  state,
  ...(allocateMs === undefined || state === 'down' ? {} : { allocateMs: Math.round(allocateMs * 10) / 10 }),
  ...(reason === undefined ? {} : { reason }),
  ...(checkedAt === undefined ? {} : { checkedAt }),
});
