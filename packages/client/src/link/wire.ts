import { type AckHeader, AnypathError, encodeFrame } from '@anypath/protocol';
import type { NegotiatorLater } from '../rtc/negotiator-later.ts';
import type { Home } from './home.ts';
import type { SideHeader } from './lines.ts';
import type { Via } from './path.ts';
import type { DistributiveOmit } from './recorder.ts';
import type { Answer, LinkEffect, LinkEvent } from './state.ts';

/** What frames leave by. */
export interface WireParts {
  readonly home: Pick<Home, 'seal' | 'relay' | 'relayUnanswered' | 'enqueue' | 'answerByMail'>;
  readonly rtc: Pick<NegotiatorLater, 'send' | 'drained' | 'stop'>;
  /** Told what comes of them. */
  readonly tell: (event: DistributiveOmit<LinkEvent, 'nowMs'>) => void;
}

/** Frames on the live relay that the server has not answered for, before bulk data waits. */
const RELAY_BULK_FRAMES = 8;

/** Seals what a link sends, and sends it in order over the path that was chosen. */
export class Wire {
  readonly #parts: WireParts;
  #sealing: Promise<void> = Promise.resolve();
  /** Acknowledgements that wait for their turn, by way, device and stream. */
  readonly #answers = new Map<string, AckHeader>();
  /** Frames on the live relay that the server has not answered for yet, and the device that each is for. */
  readonly #unanswered = new Map<Promise<void>, string>();

  constructor(parts: WireParts) {
    this.#parts = parts;
  }

  /** Everything that was handed in so far is sealed and on its way. */
  get flushed(): Promise<void> {
    return this.#sealing;
  }

  /** @param isBulk whether the server is asked about each of them */
  transmit({ via, toDevice, header, body }: LinkEffect & { do: 'transmit' }, isBulk = false): void {
    // Sealed at once, beside what stands before it, and sent behind that.
    const sealed = this.#parts.home.seal(toDevice, encodeFrame(header, body));
    sealed.catch(() => undefined);
    this.#inTurn(
      () => sealed,
      (packet) => {
        if (via === 'rtc') this.#parts.rtc.send(packet);
        // One question at a time is enough: whether the server is there, and the other side, shows in that.
        else if (!isBulk && this.#isAsking(toDevice)) this.#parts.home.relayUnanswered(toDevice, packet);
        else this.#relay(toDevice, packet);
      },
    );
  }

  /** The same for many bytes. @returns when there is room for more */
  async transmitBulk(via: Via, toDevice: string, header: SideHeader, body: Uint8Array): Promise<void> {
    this.transmit({ do: 'transmit', via, toDevice, header, body }, true);
    await this.#sealing;
    if (via === 'rtc') return this.#parts.rtc.drained();
    if (this.#unanswered.size >= RELAY_BULK_FRAMES) await Promise.race(this.#unanswered.keys());
  }

  /** Acknowledges what was received, by the way that it came. One that has not had its turn yet makes room for the next: that is for all before it. */
  answer(answer: Answer): void {
    const { home, rtc } = this.#parts;
    const { via, toDevice, header } = answer;
    if (via === 'mailbox') return home.answerByMail(header);
    const key = `${via} ${toDevice} ${header.epoch}`;
    const hasTurn = this.#answers.has(key);
    this.#answers.set(key, header);
    if (hasTurn) return;
    const latest = () => {
      const frame = encodeFrame(this.#answers.get(key) ?? header);
      this.#answers.delete(key);
      return home.seal(toDevice, frame);
    };
    this.#inTurn(latest, (packet) => {
      // The other side sends again what is not acknowledged.
      if (via === 'rtc') rtc.send(packet);
      else home.relayUnanswered(toDevice, packet);
    });
  }

  /** Puts a frame into the other side's mailbox, behind everything before it. */
  enqueue({ header, body, force }: LinkEffect & { do: 'enqueue' }): void {
    const { home, tell } = this.#parts;
    const { seq } = header;
    const frame = encodeFrame(header, body);
    this.#sealing = this.#sealing.then(() => {
      // Not waited for: the next may be sealed and sent before this one is answered.
      home.enqueue(frame, force).then(
        ({ forced, expiresAt }) => tell({ type: 'kept', seq, forced, until: expiresAt }),
        (error: unknown) =>
          tell({ type: 'refused', seq, code: error instanceof AnypathError ? error.code : 'internal' }),
      );
    });
  }

  /** Told over the relay before the connection closes, or the other side would take it for a failure and try again. */
  sayGoodbye(toDevice: string | undefined): void {
    const { home, rtc } = this.#parts;
    if (toDevice === undefined) return rtc.stop();
    this.#sealing = this.#sealing.then(async () => {
      const told = home.seal(toDevice, encodeFrame({ t: 'bye' })).then((packet) => {
        // Sent here, and answered later.
        home
          .relay(toDevice, packet)
          .catch(() => undefined)
          .finally(() => rtc.stop());
      });
      await told.catch(() => rtc.stop());
    });
  }

  /** @param sealed asked when it has its turn @param send gets what was sealed */
  #inTurn(sealed: () => Promise<Uint8Array<ArrayBuffer>>, send: (packet: Uint8Array<ArrayBuffer>) => void): void {
    this.#sealing = this.#sealing.then(async () => {
      try {
        send(await sealed());
      } catch (error) {
        // Whose keys are not there yet is asked again when the acknowledgement is overdue, or when they come.
        if (!(error instanceof AnypathError)) throw error;
      }
    });
  }

  #isAsking(toDevice: string): boolean {
    return [...this.#unanswered.values()].includes(toDevice);
  }

  #relay(toDevice: string, packet: Uint8Array<ArrayBuffer>): void {
    const { home, tell } = this.#parts;
    const answered = home.relay(toDevice, packet).catch((error: unknown) => {
      const code = error instanceof AnypathError ? error.code : undefined;
      // Who is no contact any more is as good as gone: messages wait until presence tells otherwise.
      if (code === 'target_offline' || code === 'forbidden') tell({ type: 'unreachable', device: toDevice });
    });
    this.#unanswered.set(answered, toDevice);
    void answered.finally(() => this.#unanswered.delete(answered));
  }
}
