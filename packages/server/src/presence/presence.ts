import { AnypathError, type ContactUpdate, LIMITS, type PresenceUpdate } from '@anypath/protocol';
import type { Bus, DeviceRef } from '../bus/port.ts';
import type { Acquaintances } from '../contacts/acquaintances.ts';
import { after, type Maybe } from '../maybe.ts';
import { Seldom } from '../seldom.ts';

/** What presence is told with. */
export interface PresenceParts {
  readonly bus: Pick<Bus, 'devicesOf'>;
  readonly acquaintances: Acquaintances;
  /** Tells every device of a wallet that is connected to this node; each node tells its own. */
  readonly tell: (wallet: string, update: PresenceUpdate) => void;
}

/**
 * Tells mutual contacts who is online (SPEC S4.6). Who comes is told at once, also where only the connection is new,
 * because what went to the old one may be lost; who vanishes without a goodbye, after a moment of grace. One wallet is
 * told about at most once in `presenceEveryMs`.
 */
export class Presence {
  readonly #parts: PresenceParts;
  readonly #news = new Seldom(LIMITS.presenceEveryMs, (wallet) => this.#announce(wallet));
  readonly #grace = new Map<string, NodeJS.Timeout>();
  #isClosed = false;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  /** Who is there of those that a wallet may see. @throws AnypathError `store_unavailable` */
  snapshot(wallet: string): Maybe<PresenceUpdate[]> {
    return after(this.#parts.acquaintances.mutualOf(wallet), (others) => {
      return [...others].map((other) => this.of(other)).filter(({ online }) => online);
    });
  }

  /** A wallet as others see it. */
  of(wallet: string): PresenceUpdate {
    const devices = [...this.#parts.bus.devicesOf(wallet)];
    return { wallet, online: devices.length > 0, devices };
  }

  /** A device has a new connection. */
  came({ wallet, deviceId }: DeviceRef): void {
    if (this.#isClosed) return;
    this.#forgive(`${wallet}:${deviceId}`);
    this.#news.do(wallet);
  }

  /** A device has no connection any more. @param goodbye whether it went on purpose */
  went({ wallet, deviceId }: DeviceRef, goodbye: boolean): void {
    if (this.#isClosed) return;
    if (goodbye) return this.#news.do(wallet);
    const key = `${wallet}:${deviceId}`;
    this.#forgive(key);
    const timer = setTimeout(() => {
      this.#grace.delete(key);
      this.#news.do(wallet);
    }, LIMITS.presenceGraceMs);
    this.#grace.set(key, timer.unref());
  }

  /** What a wallet sees of another has changed. */
  contactChanged(wallet: string, { wallet: other, state }: ContactUpdate): void {
    if (state === 'asked' || state === 'asking') return;
    const update = state === 'mutual' ? this.of(other) : { wallet: other, online: false, devices: [] };
    if (update.online || state !== 'mutual') this.#parts.tell(wallet, update);
  }

  /** Tells nobody anything from now on. */
  close(): void {
    this.#isClosed = true;
    for (const timer of this.#grace.values()) clearTimeout(timer);
    this.#news.close();
  }

  #forgive(key: string): void {
    clearTimeout(this.#grace.get(key));
    this.#grace.delete(key);
  }

  #announce(wallet: string): void {
    const told = after(this.#parts.acquaintances.mutualOf(wallet), (others) => {
      const update = this.of(wallet);
      for (const other of others) {
        if (this.#parts.bus.devicesOf(other).length > 0) this.#parts.tell(other, update);
      }
    });
    if (told instanceof Promise) told.catch((error: unknown) => this.#failed(wallet, error));
  }

  /** The store has told the log; what could not be told is told once it is back. */
  #failed(wallet: string, error: unknown): void {
    if (!(error instanceof AnypathError)) throw error;
    if (!this.#isClosed) this.#news.do(wallet);
  }
}
