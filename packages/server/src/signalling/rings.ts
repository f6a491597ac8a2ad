import { convIdOf } from '@anypath/protocol';
import type { DeviceRef, Notes } from '../bus/port.ts';
import { after, type Maybe } from '../maybe.ts';

/** A call: it rings at the devices of a wallet, until one of them answers. */
export interface Ring {
  readonly convId: string;
  /** The offer. */
  readonly signalId: string;
  readonly session?: string | undefined;
  /** The device that calls. */
  readonly caller: DeviceRef;
  /** The wallet that is called. */
  readonly callee: string;
  /** The device that has the call. */
  readonly answeredBy?: string;
}

/** How long a call is remembered after it was offered or answered. */
const REMEMBERED_MS = 3_600_000;

/** Knows which device of a wallet has a call, so that signals that name no device find it. All nodes know the same. */
export class Rings {
  readonly #notes: Notes;

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  /** An offer that goes to every device of a wallet: a new call, unless it belongs to one that has a name. */
  offered(caller: DeviceRef, callee: string, signalId: string, session: string | undefined): Maybe<void> {
    const ring = { convId: convIdOf(caller.wallet, callee), signalId, session, caller, callee };
    if (session === undefined) return after(this.ended(ring), () => this.#keep(ring));
    return after(this.find(caller.wallet, callee, session), (known) => (known ? undefined : this.#keep(ring)));
  }

  /** The call from one wallet to another. */
  find(caller: string, callee: string, session: string | undefined): Maybe<Ring | undefined> {
    const text = this.#notes.get(nameOf(caller, callee, session));
    return after(text, (known) => (known === undefined ? undefined : (JSON.parse(known) as Ring)));
  }

  /**
   * A device answers.
   *
   * @returns the call, where it is the first answer; `taken` where another device was quicker; `undefined` where nothing is
   *   known of a call, or the device has it already
   */
  answered(callee: DeviceRef, caller: string, session: string | undefined): Maybe<Ring | 'taken' | undefined> {
    return after(this.find(caller, callee.wallet, session), (ring) => {
      if (!ring) return undefined;
      if (ring.answeredBy !== undefined) return ring.answeredBy === callee.deviceId ? undefined : 'taken';
      const winner = this.#notes.claim(answerOf(ring), callee.deviceId, REMEMBERED_MS);
      return after(winner, (deviceId) => {
        if (deviceId !== callee.deviceId) return 'taken';
        return after(this.#keep({ ...ring, answeredBy: deviceId }), () => ring);
      });
    });
  }

  ended(ring: Ring): Maybe<void> {
    const forgotten = this.#notes.delete(nameOf(ring.caller.wallet, ring.callee, ring.session));
    return after(forgotten, () => this.#notes.delete(answerOf(ring)));
  }

  /**
   * The device that a signal without `toDevice` is for.
   *
   * @returns `undefined` where it is for every device: nobody has answered, or nothing is known
   */
  deviceFor(from: DeviceRef, to: string, session: string | undefined): Maybe<string | undefined> {
    // Both are asked for at once.
    const [out, back] = [this.find(from.wallet, to, session), this.find(to, from.wallet, session)];
    return after(out, (outgoing) =>
      after(back, (incoming) => {
        // Both sides call at once, and nothing tells the two calls apart.
        if (outgoing && incoming) return undefined;
        return incoming ? incoming.caller.deviceId : outgoing?.answeredBy;
      }),
    );
  }

  #keep(ring: Ring): Maybe<void> {
    return this.#notes.set(nameOf(ring.caller.wallet, ring.callee, ring.session), JSON.stringify(ring), REMEMBERED_MS);
  }
}

/** A wallet has no `:`. */
const nameOf = (caller: string, callee: string, session = ''): string => `ring:${caller}:${callee}:${session}`;

/** Under this name the first device to answer puts its own. */
const answerOf = ({ caller, callee, session = '' }: Ring): string => `answer:${caller.wallet}:${callee}:${session}`;
