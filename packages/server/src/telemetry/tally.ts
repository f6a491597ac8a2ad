import type { ErrorCode, OpsAnswer, OpsHistory, ProviderName, ReportedNetwork } from '@anypath/protocol';

/** What is counted minute by minute for the operations page; the names are those of its columns. */
export type Counted =
  | 'iceIssued'
  | 'iceRefused'
  | 'openedHost'
  | 'openedSrflx'
  | 'openedRelay'
  | 'failed'
  | 'refused'
  | 'unavailable'
  | 'relayedBytes';

/** What happened in a minute. */
export type Minute = Readonly<Record<Counted, number>> & {
  readonly [C in 'openP50Ms' | 'openP95Ms']: OpsHistory[C][number];
};

type Network = ReportedNetwork | 'unknown';
type Provider = ProviderName | 'unknown';

const NOTHING: Readonly<Record<Counted, number>> = {
  iceIssued: 0,
  iceRefused: 0,
  openedHost: 0,
  openedSrflx: 0,
  openedRelay: 0,
  failed: 0,
  refused: 0,
  unavailable: 0,
  relayedBytes: 0,
};

/** Times to open that are kept for the percentiles of a minute, at most. */
const TIMES_MAX = 1_000;

/** Counts for the operations page what Prometheus gets as counters: by the minute, and since the start where it is a table there. */
export class Tally {
  #minute: Record<Counted, number> = { ...NOTHING };
  #openMs: number[] = [];
  readonly #networks = new Map<Network, { direct: number; turn: number; failed: number }>();
  readonly #relayed = new Map<Provider, number>();
  readonly #refusals = new Map<ErrorCode, number>();

  count(what: Counted): void {
    this.#minute[what]++;
  }

  /** @param ms until it opened */
  opened(kind: 'host' | 'srflx' | 'relay' | 'unknown', network: Network, path: 'direct' | 'turn', ms: number): void {
    // What a browser does not tell is no relay of ours.
    const column = { host: 'openedHost', srflx: 'openedSrflx', relay: 'openedRelay', unknown: 'openedSrflx' } as const;
    this.#minute[column[kind]]++;
    if (this.#openMs.length < TIMES_MAX) this.#openMs.push(ms);
    this.#networkOf(network)[path]++;
  }

  failed(network: Network): void {
    this.#minute.failed++;
    this.#networkOf(network).failed++;
  }

  relayed(provider: Provider, bytes: number): void {
    this.#minute.relayedBytes += bytes;
    this.#relayed.set(provider, (this.#relayed.get(provider) ?? 0) + bytes);
  }

  refused(code: ErrorCode): void {
    this.#minute.refused++;
    this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1);
  }

  /** The minute so far. */
  get minute(): Minute {
    const times = this.#openMs.toSorted((a, b) => a - b);
    return { ...this.#minute, openP50Ms: quantile(times, 0.5), openP95Ms: quantile(times, 0.95) };
  }

  /** Another minute begins. */
  turn(): void {
    this.#minute = { ...NOTHING };
    this.#openMs = [];
  }

  /** How connections went since the start. */
  get networks(): OpsAnswer['networks'] {
    return [...this.#networks].map(([network, counts]) => ({ network, ...counts }));
  }

  /** Bytes by provider since the start. */
  get relayedBytes(): readonly { readonly provider: Provider; readonly bytes: number }[] {
    return [...this.#relayed].map(([provider, bytes]) => ({ provider, bytes }));
  }

  /** Refusals by code since the start, the most frequent first. */
  get refusals(): OpsAnswer['refusals'] {
    return [...this.#refusals].map(([code, count]) => ({ code, count })).toSorted((a, b) => b.count - a.count);
  }

  #networkOf(network: Network) {
    const counts = this.#networks.get(network) ?? { direct: 0, turn: 0, failed: 0 };
    this.#networks.set(network, counts);
    return counts;
  }
}

/** @param sorted ascending @returns the smallest value that so large a share is not above; `null` where there is none */
const quantile = (sorted: readonly number[], share: number): number | null =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
