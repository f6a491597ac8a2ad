import type { Health, Outcome } from './health.ts';
import { FAILURES_TO_DIE, judge, UNKNOWN } from './health.ts';
import type { ProbeTarget, Provider } from './provider.ts';

/** Probes one address with one pair of credentials, or without for STUN. Never rejects. */
export type Probe = (
  url: string,
  credentials: { readonly username: string; readonly credential: string } | undefined,
  signal: AbortSignal,
) => Promise<Outcome>;

/** Who is probed, and how. */
export interface ProberParts {
  readonly providers: readonly Provider[];
  readonly stun: readonly string[];
  /** Milliseconds between two probes of an address. */
  readonly intervalMs: number;
  readonly probe: Probe;
  /** Told when an address goes from working to not working, or back. */
  readonly changed: (url: string, health: Health) => void;
  /** Told of each probe. */
  readonly probed?: (url: string, outcome: Outcome) => void;
}

/** How often it is looked whether a probe is due. */
const TICK_MS = 100;
/** A failure is looked at again after this long, before anything is concluded from it. */
const CONFIRM_MS = 250;
/** Probes are spread by this share of their interval, so that many servers do not probe in step. */
const JITTER = 0.2;

interface Entry {
  health: Health;
  dueAtMs: number;
  running: boolean;
}

/** Knows which STUN and TURN addresses work, because it uses each of them every few seconds. */
export class Prober {
  readonly #parts: ProberParts;
  readonly #turn = new Map<Provider, Map<string, Entry>>();
  readonly #stun = new Map<string, Entry>();
  readonly #stopped = new AbortController();
  #firstRound: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #version = 0;

  constructor(parts: ProberParts) {
    this.#parts = parts;
  }

  start(): void {
    const round: Promise<void>[] = [];
    this.#tick((probe) => void round.push(probe));
    this.#firstRound = Promise.all(round).then(() => {
      this.#firstRound = undefined;
    });
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#stopped.abort();
  }

  /** Resolves when every address has been probed once; `undefined` ever after. */
  get firstRound(): Promise<void> | undefined {
    return this.#firstRound;
  }

  /** Changes whenever something new is known. */
  get version(): number {
    return this.#version;
  }

  /** What is known of a TURN address of a provider. */
  turnHealth(provider: Provider, url: string): Health {
    return this.#turn.get(provider)?.get(url)?.health ?? UNKNOWN;
  }

  /** What is known of a STUN address. */
  stunHealth(url: string): Health {
    return this.#stun.get(url)?.health ?? UNKNOWN;
  }

  /** Probes what is due, and forgets what is no longer there. */
  #tick(started?: (probe: Promise<void>) => void): void {
    for (const url of this.#parts.stun) {
      const running = this.#probeIfDue(this.#stun, url, true, (signal) => this.#parts.probe(url, undefined, signal));
      if (running) started?.(running);
    }
    for (const provider of this.#parts.providers) {
      const entries = this.#turn.get(provider) ?? new Map<string, Entry>();
      this.#turn.set(provider, entries);
      const targets = provider.targets(Date.now());
      const urls = new Set(targets.map(({ url }) => url));
      for (const url of entries.keys()) if (!urls.has(url)) entries.delete(url);
      for (const target of targets) {
        const isOurs = provider.name === 'coturn';
        const probe = (signal: AbortSignal) => this.#probeTurn(provider, target, signal);
        const running = this.#probeIfDue(entries, target.url, isOurs, probe);
        if (running) started?.(running);
      }
    }
  }

  /** @returns the probe, where one was due */
  #probeIfDue(
    entries: Map<string, Entry>,
    url: string,
    mustEcho: boolean,
    probe: (signal: AbortSignal) => Promise<Outcome>,
  ): Promise<void> | undefined {
    const entry = entries.get(url) ?? { health: UNKNOWN, dueAtMs: 0, running: false };
    entries.set(url, entry);
    if (entry.running || performance.now() < entry.dueAtMs) return undefined;
    entry.running = true;
    return probe(this.#stopped.signal).then((outcome) => this.#conclude(url, entry, outcome, mustEcho));
  }

  #conclude(url: string, entry: Entry, outcome: Outcome, mustEcho: boolean): void {
    if (this.#stopped.signal.aborted) return;
    const before = entry.health;
    entry.health = judge(before, outcome, Date.now(), mustEcho);
    entry.running = false;
    this.#version++;
    const isInDoubt = !outcome.ok && entry.health.failures < FAILURES_TO_DIE;
    const spread = 1 + (Math.random() - 0.5) * JITTER;
    entry.dueAtMs = performance.now() + (isInDoubt ? CONFIRM_MS : this.#parts.intervalMs * spread);
    this.#parts.probed?.(url, outcome);
    if (before.state !== entry.health.state) this.#parts.changed(url, entry.health);
  }

  /** The preferred credentials first; the others where the server refuses them. */
  async #probeTurn(provider: Provider, target: ProbeTarget, signal: AbortSignal): Promise<Outcome> {
    let outcome: Outcome = { ok: false, reason: 'unauthorized' };
    for (const [index, credentials] of target.credentials.entries()) {
      outcome = await this.#parts.probe(target.url, credentials, signal);
      const isRefused = !outcome.ok && outcome.reason === 'unauthorized';
      if (isRefused) continue;
      if (outcome.ok) provider.accepted(target.url, index);
      break;
    }
    return outcome;
  }
}
