import type { Forwarded } from '@anypath/protocol';
import type { ChannelSteps } from '../link/step.ts';
import type { Negotiator, NegotiatorEvents, Surroundings } from './negotiator.ts';
import type { RtcStats } from './rtc-stats.ts';
import type { SelectedPair } from './selected-pair.ts';

/** Loads the code of data channels; once, also where it is asked for again. */
export const loadRtc = () => import('./rtc.ts');

/** What is told beside what a negotiator tells. */
interface LaterEvents extends NegotiatorEvents {
  /** The code is there, before anything is done with it. */
  loaded(steps: ChannelSteps): void;
}

/**
 * The negotiator of a link, with its code: what is to be done before that is there waits in its order, and until then there is no
 * connection. Where it cannot be loaded, an attempt has failed: the next one tries again.
 */
export class NegotiatorLater {
  readonly #around: Surroundings;
  readonly #events: LaterEvents;
  #negotiator: Negotiator | undefined;
  #early: ((negotiator: Negotiator) => void)[] | undefined;

  constructor(around: Surroundings, events: LaterEvents) {
    this.#around = around;
    this.#events = events;
  }

  /** Loads the code; once, unless it could not be had. */
  load(): void {
    this.#do(() => undefined);
  }

  /** As `Negotiator.start`. */
  start(toDevice: string): void {
    this.#do((negotiator) => void negotiator.start(toDevice));
  }

  /** As `Negotiator.stop`. */
  stop(outcome?: 'failed' | 'abandoned'): void {
    this.#ifAny((negotiator) => negotiator.stop(outcome));
  }

  /** As `Negotiator.drop`. */
  drop(): void {
    this.#ifAny((negotiator) => negotiator.drop());
  }

  /** As `Negotiator.dropBeside`. */
  dropBeside(outcome: 'failed' | 'abandoned'): void {
    this.#ifAny((negotiator) => negotiator.dropBeside(outcome));
  }

  /** As `Negotiator.send`. */
  send(bytes: Uint8Array<ArrayBuffer>): boolean {
    return this.#negotiator?.send(bytes) ?? false;
  }

  /** As `Negotiator.drained`. */
  async drained(): Promise<void> {
    await this.#negotiator?.drained();
  }

  /** As `Negotiator.pair`. */
  async pair(): Promise<SelectedPair | undefined> {
    return this.#negotiator?.pair();
  }

  /** As `Negotiator.stats`. */
  async stats(): Promise<RtcStats | undefined> {
    return this.#negotiator?.stats();
  }

  /** As `Negotiator.onOffer`. */
  onOffer(offer: Forwarded<'rtc:offer'>): void {
    this.#do((negotiator) => void negotiator.onOffer(offer));
  }

  /** As `Negotiator.onAnswer`. */
  onAnswer(answer: Forwarded<'rtc:answer'>): void {
    this.#ifAny((negotiator) => void negotiator.onAnswer(answer));
  }

  /** As `Negotiator.onCandidate`. */
  onCandidate(signal: Forwarded<'rtc:candidate'>): void {
    this.#do((negotiator) => void negotiator.onCandidate(signal));
  }

  #do(act: (negotiator: Negotiator) => void): void {
    if (this.#negotiator) return act(this.#negotiator);
    if (this.#early) return void this.#early.push(act);
    const early = [act];
    this.#early = early;
    loadRtc().then(
      ({ Negotiator, channelSteps }) => {
        this.#events.loaded(channelSteps);
        this.#negotiator = new Negotiator(this.#around, this.#events);
        for (const each of early) each(this.#negotiator);
      },
      () => {
        this.#early = undefined;
        this.#events.failed();
      },
    );
  }

  /** Where nothing was begun, there is nothing to be ended. */
  #ifAny(act: (negotiator: Negotiator) => void): void {
    if (this.#negotiator || this.#early) this.#do(act);
  }
}
