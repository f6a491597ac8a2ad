import { AnypathError } from '@anypath/protocol';
import { concat, isSame } from './bytes.ts';
import { COUNTER_BYTES, HEAD_BYTES, PACKET, sessionIdOf, TAGGED_ID_BYTES } from './packet.ts';
import { ReplayWindow } from './replay-window.ts';

const NONCE_BYTES = 12;

/** The keys of a session, AES-256-GCM, one for each direction. */
export interface SessionKeys {
  /** First 8 bytes of the session's name. */
  readonly id: Uint8Array<ArrayBuffer>;
  readonly send: CryptoKey;
  readonly receive: CryptoKey;
}

/** How many packets a session seals. */
export interface SessionLimits {
  /** From here on it wants to be renewed. */
  readonly renewAfter: number;
  /** Here it refuses. NIST SP 800-38D (8.3) lets one key seal 2^32 times. */
  readonly max: number;
}

const LIMITS: SessionLimits = { renewAfter: 2 ** 31, max: 2 ** 32 };

/**
 * Seals and opens packets between two devices. A packet: kind 3, the first 8 bytes of the session's name, a counter of 8 bytes (big
 * endian, from 0, below 2^32), the content under AES-256-GCM with its tag of 16 bytes. The nonce is 4 zero bytes and the counter, the
 * additional data are the 17 bytes before the ciphertext.
 *
 * Packets may come in any order, on several paths: what is further back than 1023 counters, or was seen, is refused.
 */
export class Session {
  readonly #keys: SessionKeys;
  readonly #limits: SessionLimits;
  readonly #seen = new ReplayWindow();
  #sent = 0;

  constructor(keys: SessionKeys, limits: SessionLimits = LIMITS) {
    this.#keys = keys;
    this.#limits = limits;
  }

  /** First 8 bytes of its name. */
  get id(): Uint8Array<ArrayBuffer> {
    return this.#keys.id;
  }

  /** Whether another session should take over soon. */
  get wantsRenewal(): boolean {
    return this.#sent >= this.#limits.renewAfter;
  }

  /** Whether it seals nothing more. */
  get isSpent(): boolean {
    return this.#sent >= this.#limits.max;
  }

  /**
   * Seals a content.
   *
   * @returns the packet: 33 bytes longer than the content
   * @throws AnypathError `internal` beyond its limit of packets; a nonce is never used twice
   */
  async seal(content: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    if (this.isSpent) throw new AnypathError('internal', `a session seals ${this.#limits.max} packets`);
    const head = headOf(this.#keys.id, this.#sent++);
    return concat(head, new Uint8Array(await crypto.subtle.encrypt(algorithm(head), this.#keys.send, content)));
  }

  /**
   * Opens a packet of the other side.
   *
   * @returns its content
   * @throws AnypathError `seal_broken` for anything that the other side did not seal in this session, or that came before
   */
  async open(packet: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const id = sessionIdOf(packet);
    const counter = id && isSame(id, this.#keys.id) ? counterOf(packet) : undefined;
    if (counter === undefined || !this.#seen.isFresh(counter)) throw new AnypathError('seal_broken');
    const head = packet.subarray(0, HEAD_BYTES);
    const content = await this.#decrypt(head, packet.subarray(HEAD_BYTES));
    // Once more: the same packet may have been opened in the meantime. It counts as seen only now that it is known to be genuine.
    if (!this.#seen.isFresh(counter)) throw new AnypathError('seal_broken');
    this.#seen.mark(counter);
    return content;
  }

  async #decrypt(head: Uint8Array<ArrayBuffer>, text: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return new Uint8Array(await crypto.subtle.decrypt(algorithm(head), this.#keys.receive, text));
    } catch (cause) {
      throw new AnypathError('seal_broken', undefined, { cause });
    }
  }
}

function headOf(id: Uint8Array, counter: number): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(HEAD_BYTES);
  head[0] = PACKET.session;
  head.set(id, 1);
  new DataView(head.buffer).setUint32(HEAD_BYTES - 4, counter);
  return head;
}

function counterOf(packet: Uint8Array<ArrayBuffer>): number | undefined {
  const view = new DataView(packet.buffer, packet.byteOffset + 1 + TAGGED_ID_BYTES);
  return view.getUint32(0) === 0 ? view.getUint32(4) : undefined;
}

function algorithm(head: Uint8Array<ArrayBuffer>): AesGcmParams {
  const iv = new Uint8Array(NONCE_BYTES);
  iv.set(head.subarray(1 + TAGGED_ID_BYTES), NONCE_BYTES - COUNTER_BYTES);
  return { name: 'AES-GCM', iv, additionalData: head };
}
