import type { ArrivalPath } from './inbox.ts';

/** What went over one path. A long message counts once for each of its parts; bytes are those of the messages alone. */
export interface PathTraffic {
  /** Sent over this path, those that were sent again included. */
  readonly sent: number;
  readonly sentBytes: number;
  /** Of those, how many had to be sent again, over this path or another. */
  readonly resent: number;
  /** Received over this path, without what came twice. */
  readonly received: number;
  readonly receivedBytes: number;
}

const NONE: PathTraffic = { sent: 0, sentBytes: 0, resent: 0, received: 0, receivedBytes: 0 };

/** Counts what a link sends and receives, by path. */
export class Traffic {
  readonly #paths: Record<ArrivalPath, PathTraffic> = { direct: NONE, turn: NONE, relay: NONE, mailbox: NONE };
  /** The path that each message took last, until it is acknowledged. */
  readonly #onItsWay = new Map<number, ArrivalPath>();

  /** Counts a message that goes out. @returns the path on which it was lost, where it was sent before */
  sent(seq: number, path: ArrivalPath, bytes: number): ArrivalPath | undefined {
    const lostOn = this.#onItsWay.get(seq);
    this.#onItsWay.set(seq, path);
    const { sent, sentBytes } = this.#paths[path];
    this.#paths[path] = { ...this.#paths[path], sent: sent + 1, sentBytes: sentBytes + bytes };
    if (lostOn) this.#paths[lostOn] = { ...this.#paths[lostOn], resent: this.#paths[lostOn].resent + 1 };
    return lostOn;
  }

  /** Nothing more is to be sent of a message. */
  settled(seq: number): void {
    this.#onItsWay.delete(seq);
  }

  received(path: ArrivalPath, bytes: number): void {
    const { received, receivedBytes } = this.#paths[path];
    this.#paths[path] = { ...this.#paths[path], received: received + 1, receivedBytes: receivedBytes + bytes };
  }

  /** By path, from the link's beginning on. */
  counts(): Readonly<Record<ArrivalPath, PathTraffic>> {
    return { ...this.#paths };
  }
}
