import type { CallAckHeader, CallHeader } from '@anypath/protocol';
import { ulid } from '../ulid.ts';

/** How long an acknowledgement may take before everything is said again, milliseconds; doubled each time. */
const REPEAT = { firstMs: 500, maxMs: 4_000 } as const;
/** After that nobody is there: more than a minute. */
const REPEAT_MAX = 20;

/** What arrived ahead of something that is missing, at most. */
const EARLY_MAX = 128;

type Word = CallHeader['say'];

/** How a lane reaches the other device. */
export type Transmit = (header: CallHeader | CallAckHeader, body?: Uint8Array) => void;

/** What is said about one call between two devices: in order, each once, however often frames get lost or come twice. */
export class Lane {
  readonly #call: string;
  readonly #transmit: Transmit;
  readonly #lane = ulid();
  #unheard: { readonly header: CallHeader; readonly body: Uint8Array }[] = [];
  #nextNumber = 1;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  /** The other side's lane, and how far it came. */
  #their: { readonly lane: string; through: number; readonly early: Map<number, { say: Word; body: Uint8Array }> } = {
    lane: '',
    through: 0,
    early: new Map(),
  };

  constructor(call: string, transmit: Transmit) {
    this.#call = call;
    this.#transmit = transmit;
  }

  /** Whether the other device has not heard everything yet. */
  get isUnheard(): boolean {
    return this.#unheard.length > 0;
  }

  say(say: Word, body: Uint8Array): void {
    const header = { t: 'call', id: this.#call, lane: this.#lane, n: this.#nextNumber++, say } as const;
    this.#unheard.push({ header, body });
    this.#transmit(header, body);
    if (this.#timer === undefined) this.#arm();
  }

  /** Says again what was not heard, as when the path has changed. */
  repeat(): void {
    for (const { header, body } of this.#unheard) this.#transmit(header, body);
    this.#arm();
  }

  /** The other device has heard. */
  acknowledged({ lane, through }: CallAckHeader): void {
    if (lane !== this.#lane) return;
    const before = this.#unheard.length;
    this.#unheard = this.#unheard.filter(({ header }) => header.n > through);
    if (this.#unheard.length === before) return;
    this.#tries = 0;
    this.#arm();
  }

  /**
   * Takes in what the other device says, and acknowledges it.
   *
   * @returns what has its turn now
   */
  heard({ lane, n, say }: CallHeader, body: Uint8Array): { readonly say: Word; readonly body: Uint8Array }[] {
    // A page that was reloaded begins another lane; names sort by age.
    if (lane > this.#their.lane) this.#their = { lane, through: 0, early: new Map() };
    if (lane < this.#their.lane) return [];
    const their = this.#their;
    if (n > their.through && their.early.size < EARLY_MAX) their.early.set(n, { say, body });
    const ready: { say: Word; body: Uint8Array }[] = [];
    for (let next = their.early.get(their.through + 1); next; next = their.early.get(their.through + 1)) {
      their.early.delete(++their.through);
      ready.push(next);
    }
    this.#transmit({ t: 'call-ack', id: this.#call, lane, through: their.through });
    return ready;
  }

  /** Says nothing more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#unheard = [];
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#unheard.length === 0 || this.#tries > REPEAT_MAX) return;
    const ms = Math.min(REPEAT.maxMs, REPEAT.firstMs * 2 ** this.#tries);
    this.#timer = setTimeout(() => {
      this.#tries++;
      this.repeat();
    }, ms);
  }
}
