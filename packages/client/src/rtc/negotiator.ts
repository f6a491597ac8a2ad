import type { AnswerSignal, CandidateSignal, Forwarded, OfferSignal, RtcReport, SignalEvent } from '@anypath/protocol';
import { convIdOf } from '@anypath/protocol';
import type { RtcTier } from '../link/path.ts';
import { ulid } from '../ulid.ts';
import { Attempt } from './attempt.ts';
import type { AttemptTrace } from './attempt-log.ts';
import type { RtcStats } from './rtc-stats.ts';
import type { SelectedPair } from './selected-pair.ts';

/** What the negotiator needs from its surroundings. */
export interface Surroundings {
  readonly self: { readonly wallet: string; readonly deviceId: string };
  readonly peer: string;
  /** Configuration of the next connection, with credentials that are still good. */
  config(): Promise<RTCConfiguration>;
  signal(event: SignalEvent, payload: OfferSignal | AnswerSignal | CandidateSignal): Promise<void>;
}

/** What the negotiator tells the link. */
export interface NegotiatorEvents {
  offered(fromDevice: string): void;
  /** The other side offers as well and gives way to us: it has our offer once more. */
  repeated(): void;
  opened(tier: RtcTier): void;
  /** What we offered beside the connection is open: `drop` is to say that it takes its place, `dropBeside` that it does not. */
  ready(tier: RtcTier): void;
  tier(tier: RtcTier): void;
  /** There is no connection and no attempt any more. */
  failed(): void;
  /** The connection is over; the attempt beside it goes on. */
  lost(): void;
  /** The attempt beside the connection came to nothing. */
  missed(): void;
  frame(fromDevice: string, bytes: Uint8Array<ArrayBuffer>): void;
  traced(trace: AttemptTrace & { readonly attempt: number }): void;
  reported(report: RtcReport): void;
}

/** Candidates of attempts whose offer is still on its way, at most. */
const STRAY_MAX = 64;

/**
 * Makes connections to one peer, one at a time: the next beside one that is open. Who offered it decides whether it takes the other's
 * place when it is open, and the other side follows when it hears something on it. Each attempt is a connection of its own with a `session` name, so that late signals of an older attempt cannot touch a newer one. Where both
 * sides offer at once, the device whose name sorts higher gives way (the polite peer of W3C WebRTC, "perfect negotiation").
 */
export class Negotiator {
  readonly #around: Surroundings;
  readonly #events: NegotiatorEvents;
  #attempt: Attempt | undefined;
  /** Made beside one that is open. */
  #next: Attempt | undefined;
  /** Counts starts and stops, so that what was awaited meanwhile can tell that it is outdated. */
  #turn = 0;
  /** Numbers the attempts for the trace. */
  #attempts = 0;
  readonly #stray: Forwarded<'rtc:candidate'>[] = [];

  constructor(around: Surroundings, events: NegotiatorEvents) {
    this.#around = around;
    this.#events = events;
  }

  /** Offers a new connection to a device: beside one that is open, in place of any other. */
  async start(toDevice: string): Promise<void> {
    const turn = this.#makeRoom(toDevice);
    let attempt: Attempt | undefined;
    try {
      const config = await this.#around.config();
      if (turn !== this.#turn) return;
      attempt = this.#open(ulid(), toDevice, 'offer', config);
      await attempt.offer();
      if (turn !== this.#turn) return;
      await this.#around.signal('rtc:offer', this.#offerSignal(attempt));
    } catch {
      this.#giveUp(turn, attempt);
    }
  }

  /** Ends the connection, and any attempt, which counts as `outcome`. */
  stop(outcome: 'failed' | 'abandoned' = 'abandoned'): void {
    this.#turn++;
    this.#attempt?.close(outcome);
    this.#next?.close(outcome);
    this.#attempt = undefined;
    this.#next = undefined;
  }

  /** Ends the connection; what is beside it takes its place. */
  drop(): void {
    this.#succeed();
    const attempt = this.#attempt;
    // Who offered it knows that it is open. Told later: whoever calls this is about to take note of it.
    if (attempt?.role === 'answer') queueMicrotask(() => attempt === this.#attempt && this.#announce(attempt));
  }

  /** Ends what is beside the connection, which counts as `outcome`. */
  dropBeside(outcome: 'failed' | 'abandoned' = 'abandoned'): void {
    this.#turn++;
    this.#next?.close(outcome);
    this.#next = undefined;
  }

  /** Sends a frame over the data channel. @returns whether it was taken */
  send(bytes: Uint8Array<ArrayBuffer>): boolean {
    return this.#attempt?.send(bytes) ?? false;
  }

  /** When little waits to be sent over the data channel, or there is none. */
  async drained(): Promise<void> {
    await this.#attempt?.drained();
  }

  /** The pair of candidates that carries the connection, where there is one. */
  async pair(): Promise<SelectedPair | undefined> {
    return this.#attempt?.pair();
  }

  /** Candidates, pair and times of the connection or the attempt, where there is one. */
  async stats(): Promise<RtcStats | undefined> {
    return this.#attempt?.stats();
  }

  async onOffer(offer: Forwarded<'rtc:offer'>): Promise<void> {
    const session = offer.session ?? offer.signalId;
    if (this.#named(session)) return;
    if (this.#weGoFirst(offer.fromDevice)) {
      this.#events.repeated();
      return this.#repeatOffer();
    }
    const turn = this.#makeRoom(offer.fromDevice);
    let attempt: Attempt | undefined;
    this.#events.offered(offer.fromDevice);
    try {
      const config = await this.#around.config();
      if (turn !== this.#turn) return;
      attempt = this.#open(session, offer.fromDevice, 'answer', config);
      for (const early of this.#stray.splice(0)) await this.onCandidate(early);
      await attempt.answer(offer.sdp.sdp);
      if (turn !== this.#turn) return;
      const sdp = { type: 'answer', sdp: attempt.localSdp } as const;
      await this.#around.signal('rtc:answer', { ...this.#address(attempt), sdp });
    } catch {
      this.#giveUp(turn, attempt);
    }
  }

  async onAnswer(answer: Forwarded<'rtc:answer'>): Promise<void> {
    const attempt = answer.session === undefined ? this.#newest : this.#named(answer.session);
    try {
      await attempt?.accept(answer.sdp.sdp);
    } catch {
      if (attempt) this.#ended(attempt);
    }
  }

  async onCandidate(signal: Forwarded<'rtc:candidate'>): Promise<void> {
    const attempt = signal.session === undefined ? this.#newest : this.#named(signal.session);
    if (attempt) {
      // A candidate that the browser refuses is one path less, not a failed connection.
      await attempt.addCandidate(signal.candidate as RTCIceCandidateInit).catch(() => undefined);
    } else {
      this.#stray.push(signal);
      if (this.#stray.length > STRAY_MAX) this.#stray.shift();
    }
  }

  /** Our own offer is out and wins over theirs. */
  #weGoFirst(theirDevice: string): boolean {
    const attempt = this.#newest;
    return attempt?.isOffering === true && this.#around.self.deviceId < theirDevice;
  }

  /** The other side may have reloaded since we offered, and would wait for what it never saw. */
  async #repeatOffer(): Promise<void> {
    const attempt = this.#newest;
    if (attempt?.localSdp) await this.#around.signal('rtc:offer', this.#offerSignal(attempt)).catch(() => undefined);
  }

  #offerSignal(attempt: Attempt): OfferSignal {
    return { ...this.#address(attempt), sdp: { type: 'offer', sdp: attempt.localSdp } };
  }

  #open(session: string, device: string, role: RtcReport['role'], config: RTCConfiguration): Attempt {
    const number = ++this.#attempts;
    const attempt = new Attempt(session, device, role, config, {
      candidate: (candidate) => {
        const payload = { ...this.#address(attempt), candidate: candidate as CandidateSignal['candidate'] };
        // A lost candidate is one path less; the attempt's own deadline decides.
        this.#around.signal('rtc:candidate', payload).catch(() => undefined);
      },
      opened: (tier) => {
        if (attempt === this.#attempt) this.#events.opened(tier);
        else if (role === 'offer') this.#events.ready(tier);
      },
      tier: (tier) => {
        if (attempt === this.#attempt) this.#events.tier(tier);
      },
      failed: () => this.#ended(attempt),
      frame: (bytes) => {
        // The other side has gone over to it.
        if (attempt === this.#next) {
          this.#succeed();
          this.#announce(attempt);
        }
        this.#events.frame(device, bytes);
      },
      traced: (trace) => this.#events.traced({ ...trace, attempt: number }),
      reported: (report) => this.#events.reported(report),
    });
    if (this.#attempt) this.#next = attempt;
    else this.#attempt = attempt;
    return attempt;
  }

  #address(attempt: Attempt) {
    const { self, peer } = this.#around;
    return {
      convId: convIdOf(self.wallet, peer),
      to: peer,
      toDevice: attempt.device,
      signalId: ulid(),
      session: attempt.session,
    };
  }

  get #newest(): Attempt | undefined {
    return this.#next ?? this.#attempt;
  }

  #named(session: string): Attempt | undefined {
    return [this.#next, this.#attempt].find((attempt) => attempt?.session === session);
  }

  /** Ends whatever is not open, or goes to another device. @returns the turn of what follows */
  #makeRoom(device: string): number {
    const { isOpen, device: known } = this.#attempt ?? {};
    if (!isOpen || known !== device) this.stop();
    this.#next?.close();
    this.#next = undefined;
    return ++this.#turn;
  }

  #succeed(): void {
    this.#attempt?.close();
    this.#attempt = this.#next;
    this.#next = undefined;
  }

  /** It has taken the place of another. Where it is not open yet, that is told when it is. */
  #announce({ isOpen, tier }: Attempt): void {
    if (isOpen && tier) this.#events.opened(tier);
  }

  /** @param attempt where it came that far */
  #giveUp(turn: number, attempt: Attempt | undefined): void {
    if (turn !== this.#turn) return;
    if (attempt) return this.#ended(attempt);
    if (this.#attempt) this.#events.missed();
    else this.#events.failed();
  }

  /** It failed by itself, or what was signalled for it was refused. */
  #ended(attempt: Attempt): void {
    attempt.close('failed', 'signalling');
    if (attempt === this.#next) {
      this.#turn++;
      this.#next = undefined;
      this.#events.missed();
    } else if (attempt === this.#attempt) {
      const next = this.#next;
      if (!next) this.#turn++;
      this.#succeed();
      if (!next) this.#events.failed();
      else if (next.isOpen && next.tier) this.#announce(next);
      else this.#events.lost();
    }
  }
}
