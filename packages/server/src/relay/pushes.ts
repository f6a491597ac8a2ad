import { LIMITS, type Mail } from '@anypath/protocol';
import type { Socket } from '../socket/connection.ts';
import type { Arrival, Mailbox, Reader } from './mailbox.ts';

/** What has been pushed to a socket. */
interface Pushed {
  /** The device that the socket belonged to then. */
  readonly keyId: string | undefined;
  /**
   * `new` before anything was pushed or pulled; `checking` while it is asked whether anything waited before; `level` where the
   * socket has everything that there is; `behind` where something was not pushed, and nothing is until the socket has pulled it.
   */
  state: 'new' | 'checking' | 'level' | 'behind';
  /** What arrives meanwhile, in the state `checking`. */
  arriving: Mail[];
  /** The highest position that was pushed or pulled. */
  through: number;
  /** The highest position that arrived and was not pushed, since the socket pulled last; 0 where none did. */
  unsent: number;
  /** What is not acknowledged, with its size. */
  readonly open: Map<number, number>;
  bytes: number;
}

/** How many sockets are looked after at a time, once something may have been missed for all of them. */
const LOOKED_AFTER_AT_ONCE = 16;
/** When it is tried again where the store does not answer, milliseconds. */
const LOOK_AGAIN_MS = 1_000;

/** About what a message takes on its way beside its body. */
const OVERHEAD_BYTES = 512;

/**
 * Pushes messages to sockets as they are stored, in the order of their positions, and no more than a socket acknowledges and
 * reads. What is not pushed waits until it is pulled: a slow reader is not disconnected, and slows nobody.
 */
export class Pushes {
  readonly #mailbox: Pick<Mailbox, 'firstWaiting' | 'pull'>;
  readonly #socketsOf: (wallet: string) => Iterable<Socket>;
  readonly #pushed = new WeakMap<Socket, Pushed>();

  /** @param socketsOf the connected sockets of a wallet */
  constructor(mailbox: Pick<Mailbox, 'firstWaiting' | 'pull'>, socketsOf: (wallet: string) => Iterable<Socket>) {
    this.#mailbox = mailbox;
    this.#socketsOf = socketsOf;
  }

  /** Pushes a message to every socket of the devices that it waits for. */
  push({ wallet, keyIds, mail }: Arrival): void {
    for (const socket of this.#socketsOf(wallet)) {
      if (keyIds.includes(socket.data.keyId)) this.#pushTo(socket, mail);
    }
  }

  /** A device has acknowledged messages, on whichever connection. */
  acknowledged({ wallet, keyId }: Reader, positions: readonly number[]): void {
    for (const socket of this.#socketsOf(wallet)) {
      if (socket.data.keyId !== keyId) continue;
      const pushed = this.#of(socket);
      for (const position of positions) {
        pushed.bytes -= pushed.open.get(position) ?? 0;
        pushed.open.delete(position);
      }
    }
  }

  /**
   * A socket is answered with what it has pulled.
   *
   * @param more whether there was more behind it when it was read
   * @returns whether there is now: what was stored while the others were read was not pushed
   */
  pulled(socket: Socket, messages: readonly Mail[], more: boolean): boolean {
    const pushed = this.#of(socket);
    pushed.through = Math.max(pushed.through, messages.at(-1)?.position ?? 0);
    const isMore = more || pushed.unsent > pushed.through;
    pushed.state = isMore ? 'behind' : 'level';
    pushed.arriving = [];
    // The next one reads it.
    pushed.unsent = 0;
    return isMore;
  }

  /** Whether messages wait that are not pushed to a socket before it has pulled; it may be that none do. */
  isBehind(socket: Socket): boolean {
    const { state } = this.#of(socket);
    return state === 'behind' || state === 'checking';
  }

  /** Whether messages wait that were neither pushed to a socket nor pulled by it. @throws AnypathError `store_unavailable` */
  async hasMore(socket: Socket): Promise<boolean> {
    const pushed = this.#of(socket);
    if (pushed.state === 'level') return false;
    const reader = { wallet: socket.data.device.wallet, keyId: pushed.keyId };
    const more = (await this.#mailbox.firstWaiting(reader, pushed.through)) !== undefined;
    if (!more && pushed.state === 'behind') pushed.state = 'level';
    return more;
  }

  /** Messages of a wallet were stored that this node was not told of. */
  missed(wallet: string): Promise<void> {
    return this.lookAgain(this.#socketsOf(wallet));
  }

  /** What came meanwhile from other nodes was not heard here: what waits is looked up for each of these sockets, and pushed. */
  async lookAgain(sockets: Iterable<Socket>): Promise<void> {
    const left = [...sockets];
    const lookAfter = async () => {
      for (let socket = left.pop(); socket; socket = left.pop()) await this.#lookAgain(socket);
    };
    await Promise.all(Array.from({ length: LOOKED_AFTER_AT_ONCE }, lookAfter));
  }

  async #lookAgain(socket: Socket): Promise<void> {
    const pushed = this.#of(socket);
    // The others ask by themselves.
    if (pushed.state !== 'level' || !socket.connected) return;
    pushed.state = 'checking';
    pushed.arriving = [];
    const reader = { wallet: socket.data.device.wallet, keyId: pushed.keyId };
    const max = LIMITS.pushedMaxMessages + 1;
    const found = await this.#mailbox.pull(reader, { max }).catch(() => undefined);
    // It may have pulled meanwhile.
    if (pushed.state !== 'checking') return;
    pushed.state = 'level';
    const missed = [...(found?.messages ?? []), ...pushed.arriving.splice(0)];
    const known = new Set(pushed.open.keys());
    for (const mail of missed) {
      if (pushed.state !== 'level' || known.has(mail.position)) continue;
      known.add(mail.position);
      this.#send(socket, pushed, mail);
    }
    if (!found) setTimeout(() => void this.#lookAgain(socket), LOOK_AGAIN_MS).unref();
    else if (found.more) pushed.state = 'behind';
  }

  #of(socket: Socket): Pushed {
    const { keyId } = socket.data;
    const known = this.#pushed.get(socket);
    if (known && known.keyId === keyId) return known;
    const pushed: Pushed = { keyId, state: 'new', arriving: [], through: 0, unsent: 0, open: new Map(), bytes: 0 };
    this.#pushed.set(socket, pushed);
    return pushed;
  }

  #pushTo(socket: Socket, mail: Mail): void {
    const pushed = this.#of(socket);
    switch (pushed.state) {
      case 'new':
        pushed.state = 'checking';
        pushed.arriving = [mail];
        pushed.unsent = mail.position;
        return void this.#check(socket, pushed, mail.position);
      case 'checking':
        pushed.arriving.push(mail);
        pushed.unsent = mail.position;
        return;
      case 'level':
        return this.#send(socket, pushed, mail);
      case 'behind':
        pushed.unsent = mail.position;
        return;
    }
  }

  /** What waited before goes first: where there is any, the socket is to pull it. */
  async #check(socket: Socket, pushed: Pushed, position: number): Promise<void> {
    const reader = { wallet: socket.data.device.wallet, keyId: pushed.keyId };
    const isFirst = await this.#mailbox.firstWaiting(reader, 0).then(
      (first) => first === undefined || first >= position,
      () => false,
    );
    // It may have pulled meanwhile.
    if (pushed.state !== 'checking') return;
    pushed.state = isFirst ? 'level' : 'behind';
    for (const mail of pushed.arriving.splice(0)) if (pushed.state === 'level') this.#send(socket, pushed, mail);
  }

  #send(socket: Socket, pushed: Pushed, mail: Mail): void {
    const size = mail.body.byteLength;
    const hasCredit = pushed.open.size < LIMITS.pushedMaxMessages && pushed.bytes + size <= LIMITS.pushedMaxBytes;
    if (!hasCredit || !socket.data.queue.reserve(size + OVERHEAD_BYTES)) {
      pushed.state = 'behind';
      return;
    }
    pushed.open.set(mail.position, size);
    pushed.bytes += size;
    pushed.through = Math.max(pushed.through, mail.position);
    socket.emit('relay:message', mail);
  }
}
