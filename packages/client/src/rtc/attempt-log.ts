import type { RtcFailure, RtcReport } from '@anypath/protocol';
import { browserFamily } from './browser-family.ts';
import { CandidateCounts, factsOf, factsOfLine } from './candidates.ts';
import type { SelectedPair } from './selected-pair.ts';

/** How far an attempt has come. `secured`: the DTLS handshake is through; `gathered`: our own candidates are complete. */
export type Milestone = 'begun' | 'described' | 'gathered' | 'checking' | 'connected' | 'secured' | 'open';

/** How an attempt ended. */
type AttemptOutcome = Exclude<RtcReport['outcome'], 'carried'>;

/** What an attempt tells the trace of its link. */
export type AttemptTrace =
  | { readonly event: 'attempt'; readonly step: Milestone; readonly role: RtcReport['role']; readonly ms: number }
  | {
      readonly event: 'candidates';
      readonly side: 'local' | 'remote';
      readonly found: RtcReport['candidates']['local'];
    }
  | {
      readonly event: 'ended';
      readonly outcome: AttemptOutcome;
      readonly reason?: RtcFailure;
      /** Milliseconds since it began. */
      readonly ms: number;
    };

/** Where the time of a connection went, milliseconds. What has not come to its end is left out. */
export interface ConnectionPhases {
  /** Until both descriptions were there. */
  readonly signallingMs?: number;
  /** From our own description until the last of our own candidates; beside the rest, and not before it. */
  readonly gatheringMs?: number;
  /** From the first check until a pair of candidates worked (ICE). */
  readonly checksMs?: number;
  /** The DTLS handshake. */
  readonly dtlsMs?: number;
  /** From there until the data channel opened (SCTP). */
  readonly sctpMs?: number;
  /** All of it, from the beginning of the attempt until the data channel opened. */
  readonly openMs?: number;
}

/** Statistics lag behind the connection: the pair is read some time after the channel opened, or when the connection ends. */
const REPORT_AFTER_MS = 3_000;

/** Follows one attempt from its beginning to its end, with times and without addresses. */
export class AttemptLog {
  readonly local = new CandidateCounts();
  readonly remote = new CandidateCounts();
  readonly #tell: (trace: AttemptTrace) => void;
  readonly #report: (report: RtcReport) => void;
  readonly #role: RtcReport['role'];
  /** When each was reached, this page's clock. */
  readonly #reached = new Map<Milestone, number>();
  #pair: SelectedPair | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasReported = false;

  /** @param tell told of every step @param report told once how it went */
  constructor(role: RtcReport['role'], tell: (trace: AttemptTrace) => void, report: (report: RtcReport) => void) {
    this.#role = role;
    this.#tell = tell;
    this.#report = report;
    this.reach('begun');
  }

  /** Follows the objects of the browser. */
  watch(pc: RTCPeerConnection): void {
    pc.addEventListener('icecandidate', ({ candidate }) => {
      const facts = candidate && (factsOf(candidate) ?? factsOfLine(candidate.candidate));
      if (facts) this.local.add(facts);
    });
    pc.addEventListener('icegatheringstatechange', () => {
      if (pc.iceGatheringState === 'complete' && this.reach('gathered')) this.#tellCandidates('local');
    });
    pc.addEventListener('iceconnectionstatechange', () => {
      const { iceConnectionState: state } = pc;
      if (state === 'checking') this.reach('checking');
      if (state === 'connected' || state === 'completed') this.reach('connected');
    });
    pc.addEventListener('connectionstatechange', () => {
      if (pc.connectionState === 'connected') this.reach('secured');
    });
  }

  /** Something was reached, for the first time or again. @returns whether for the first time */
  reach(step: Milestone): boolean {
    if (this.#reached.has(step)) return false;
    this.#reached.set(step, performance.now());
    this.#tell({ event: 'attempt', step, role: this.#role, ms: this.#sinceBegun() });
    return true;
  }

  /** A candidate of the other side. */
  heard({ candidate }: RTCIceCandidateInit): void {
    const facts = factsOfLine(candidate);
    if (facts) this.remote.add(facts);
  }

  /** The data channel is open. */
  opened(): void {
    // The events of the stages below may come after it.
    for (const step of ['connected', 'secured', 'open'] as const) this.reach(step);
    if (this.#timer !== undefined || this.#hasReported) return;
    this.#tellCandidates('remote');
    this.#timer = setTimeout(() => this.#reportOnce('opened'), REPORT_AFTER_MS);
  }

  /** Which pair carries it, as far as is known. */
  carriedBy(pair: SelectedPair): void {
    this.#pair = pair;
  }

  /** It is over. @param outcome `failed`, or `abandoned` where nobody waited for it any more; nothing else where it had opened */
  over(outcome: 'failed' | 'abandoned', because?: RtcFailure): void {
    clearTimeout(this.#timer);
    const ended = this.#reached.has('open') ? 'opened' : outcome;
    const reason = ended === 'failed' ? (because ?? this.#failure()) : undefined;
    if (ended !== 'opened' && !this.#hasReported) this.#tellCandidates('remote');
    this.#tell({ event: 'ended', outcome: ended, ...(reason && { reason }), ms: this.#sinceBegun() });
    this.#reportOnce(ended, reason);
  }

  /** Where the time went. */
  phases(): ConnectionPhases {
    return {
      ...this.#span('signallingMs', 'begun', 'described'),
      ...this.#span('gatheringMs', 'begun', 'gathered'),
      ...this.#span('checksMs', 'checking', 'connected'),
      ...this.#span('dtlsMs', 'connected', 'secured'),
      ...this.#span('sctpMs', 'secured', 'open'),
      ...this.#span('openMs', 'begun', 'open'),
    };
  }

  #span(name: keyof ConnectionPhases, from: Milestone, to: Milestone): ConnectionPhases {
    const start = this.#reached.get(from);
    const end = this.#reached.get(to);
    return start === undefined || end === undefined ? {} : { [name]: Math.max(0, end - start) };
  }

  #sinceBegun(): number {
    return Math.round(performance.now() - (this.#reached.get('begun') ?? 0));
  }

  #failure(): RtcFailure {
    if (!this.#reached.has('described')) return 'no_answer';
    if (!this.#reached.has('connected')) return 'no_pair';
    return this.#reached.has('secured') ? 'no_channel' : 'no_dtls';
  }

  #tellCandidates(side: 'local' | 'remote'): void {
    this.#tell({ event: 'candidates', side, found: this[side].list() });
  }

  #reportOnce(outcome: AttemptOutcome, reason?: RtcFailure): void {
    if (this.#hasReported) return;
    this.#hasReported = true;
    const pair = outcome === 'opened' ? this.#pair : undefined;
    const ms = outcome === 'opened' ? this.phases().openMs : undefined;
    this.#report({
      outcome,
      role: this.#role,
      browser: browserFamily(),
      ms: Math.round(ms ?? this.#sinceBegun()),
      ...(reason && { reason }),
      ...(pair && { tier: pair.tier, pair: { local: pair.local, remote: pair.remote } }),
      candidates: { local: this.local.list(), remote: this.remote.list() },
    });
  }
}
