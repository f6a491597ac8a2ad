import type { AnswerSignal, CandidateSignal, Forwarded, OfferSignal, SignalEvent } from '@anypath/protocol';
import { convIdOf } from '@anypath/protocol';
import { ulid } from 'ulid';
import type { RtcTier } from '../link/path.ts';
import { Attempt } from './attempt.ts';
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
  opened(tier: RtcTier): void;
  tier(tier: RtcTier): void;
  failed(): void;
  frame(fromDevice: string, bytes: Uint8Array<ArrayBuffer>): void;
}

/** Candidates of attempts whose offer is still on its way, at most. */
const STRAY_MAX = 64;

/**
 * Makes connections to one peer, one at a time. Each attempt is a connection of its own with a `session` name, so that
 * late signals of an older attempt cannot touch a newer one. Where both sides offer at once, the device whose name
 * sorts higher gives way (the polite peer of W3C WebRTC, "perfect negotiation").
 */
export class Negotiator {
  readonly #around: Surroundings;
  readonly #events: NegotiatorEvents;
  #attempt: Attempt | undefined;
  /** Counts starts and stops, so that what was awaited meanwhile can tell that it is outdated. */
  #turn = 0;
  readonly #stray: Forwarded<'rtc:candidate'>[] = [];

  constructor(around: Surroundings, events: NegotiatorEvents) {
    this.#around = around;
    this.#events = events;
  }

  /** Offers a new connection to a device, in place of any that there is. */
  async start(toDevice: string): Promise<void> {
    this.stop();
    const turn = this.#turn;
    try {
      const config = await this.#around.config();
      if (turn !== this.#turn) return;
      const attempt = this.#open(ulid(), toDevice, config);
      await attempt.offer();
      if (turn !== this.#turn) return;
      await this.#around.signal('rtc:offer', this.#offerSignal(attempt));
    } catch {
      this.#giveUp(turn);
    }
  }

  /** Ends the connection, or the attempt. */
  stop(): void {
    this.#turn++;
    this.#attempt?.close();
    this.#attempt = undefined;
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

  async onOffer(offer: Forwarded<'rtc:offer'>): Promise<void> {
    const session = offer.session ?? offer.signalId;
    if (this.#attempt?.session === session) return;
    if (this.#weGoFirst(offer.fromDevice)) return this.#repeatOffer();
    this.stop();
    const turn = this.#turn;
    this.#events.offered(offer.fromDevice);
    try {
      const config = await this.#around.config();
      if (turn !== this.#turn) return;
      const attempt = this.#open(session, offer.fromDevice, config);
      for (const early of this.#stray.splice(0)) await this.onCandidate(early);
      await attempt.answer(offer.sdp.sdp);
      if (turn !== this.#turn) return;
      const sdp = { type: 'answer', sdp: attempt.localSdp } as const;
      await this.#around.signal('rtc:answer', { ...this.#address(attempt), sdp });
    } catch {
      this.#giveUp(turn);
    }
  }

  async onAnswer(answer: Forwarded<'rtc:answer'>): Promise<void> {
    const attempt = this.#attempt;
    if (!attempt || (answer.session !== undefined && answer.session !== attempt.session)) return;
    const turn = this.#turn;
    try {
      await attempt.accept(answer.sdp.sdp);
    } catch {
      this.#giveUp(turn);
    }
  }

  async onCandidate(signal: Forwarded<'rtc:candidate'>): Promise<void> {
    const attempt = this.#attempt;
    if (attempt && (signal.session === undefined || signal.session === attempt.session)) {
      // A candidate that the browser refuses is one path less, not a failed connection.
      await attempt.addCandidate(signal.candidate as RTCIceCandidateInit).catch(() => undefined);
    } else {
      this.#stray.push(signal);
      if (this.#stray.length > STRAY_MAX) this.#stray.shift();
    }
  }

  /** Our own offer is out and wins over theirs. */
  #weGoFirst(theirDevice: string): boolean {
    const attempt = this.#attempt;
    return attempt?.isOffering === true && this.#around.self.deviceId < theirDevice;
  }

  /** The other side may have reloaded since we offered, and would wait for what it never saw. */
  async #repeatOffer(): Promise<void> {
    const attempt = this.#attempt;
    if (attempt?.localSdp) await this.#around.signal('rtc:offer', this.#offerSignal(attempt)).catch(() => undefined);
  }

  #offerSignal(attempt: Attempt): OfferSignal {
    return { ...this.#address(attempt), sdp: { type: 'offer', sdp: attempt.localSdp } };
  }

  #open(session: string, device: string, config: RTCConfiguration): Attempt {
    const attempt = new Attempt(session, device, config, {
      candidate: (candidate) => {
        const payload = { ...this.#address(attempt), candidate: candidate as CandidateSignal['candidate'] };
        // A lost candidate is one path less; the attempt's own deadline decides.
        this.#around.signal('rtc:candidate', payload).catch(() => undefined);
      },
      opened: (tier) => this.#events.opened(tier),
      tier: (tier) => this.#events.tier(tier),
      failed: () => this.#giveUp(this.#turn),
      frame: (bytes) => this.#events.frame(device, bytes),
    });
    this.#attempt = attempt;
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

  #giveUp(turn: number): void {
    if (turn !== this.#turn) return;
    this.stop();
    this.#events.failed();
  }
}
