import { convIdOf, LIMITS } from '@anypath/protocol';
import { LRUCache } from 'lru-cache';
import type { DeviceRef } from '../bus/port.ts';

/** A call: it rings at the devices of a wallet, until one of them answers. */
export interface Ring {
  readonly convId: string;
  /** The offer. */
  readonly signalId: string;
  readonly session: string | undefined;
  /** The device that calls. */
  readonly caller: DeviceRef;
  /** The wallet that is called. */
  readonly callee: string;
  /** The device that has the call. */
  readonly answeredBy?: string;
}

/** Calls that are remembered at most; the oldest leave first. */
const MAX_RINGS = 50_000;

/** Knows which device of a wallet has a call, so that signals that name no device find it. */
export class Rings {
  readonly #rings = new LRUCache<string, Ring>({ max: MAX_RINGS, ttl: LIMITS.signalMemoryMs, updateAgeOnGet: true });

  /** An offer that goes to every device of a wallet: a new call, unless it belongs to one that has a name. */
  offered(caller: DeviceRef, callee: string, signalId: string, session: string | undefined): void {
    if (session !== undefined && this.find(caller.wallet, callee, session)) return;
    const convId = convIdOf(caller.wallet, callee);
    this.#rings.set(keyOf(caller.wallet, callee, session), { convId, signalId, session, caller, callee });
  }

  /** The call from one wallet to another. */
  find(caller: string, callee: string, session: string | undefined): Ring | undefined {
    return this.#rings.get(keyOf(caller, callee, session));
  }

  /**
   * A device answers.
   *
   * @returns the call, where it is the first answer; `taken` where another device was quicker; `undefined` where nothing is
   *   known of a call
   */
  answered(callee: DeviceRef, caller: string, session: string | undefined): Ring | 'taken' | undefined {
    const ring = this.find(caller, callee.wallet, session);
    if (!ring) return undefined;
    if (ring.answeredBy !== undefined) return ring.answeredBy === callee.deviceId ? undefined : 'taken';
    this.#rings.set(keyOf(caller, callee.wallet, session), { ...ring, answeredBy: callee.deviceId });
    return ring;
  }

  ended({ caller, callee, session }: Ring): void {
    this.#rings.delete(keyOf(caller.wallet, callee, session));
  }

  /**
   * The device that a signal without `toDevice` is for.
   *
   * @returns `undefined` where it is for every device: nobody has answered, or nothing is known
   */
  deviceFor(from: DeviceRef, to: string, session: string | undefined): string | undefined {
    const outgoing = this.find(from.wallet, to, session);
    const incoming = this.find(to, from.wallet, session);
    // Both sides call at once, and nothing tells the two calls apart.
    if (outgoing && incoming) return undefined;
    return incoming ? incoming.caller.deviceId : outgoing?.answeredBy;
  }
}

/** A wallet has no `:`. */
const keyOf = (caller: string, callee: string, session = ''): string => `${caller}:${callee}:${session}`;
