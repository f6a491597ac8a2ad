import { AnypathError, type ClientEvent, type ClientPayload, type ServerToClient } from '@anypath/protocol';
import { answerTimeoutMs, measured, type RoundTrip } from './link/round-trip.ts';
import type { Asking, Socket } from './socket.ts';

/** What is heard on a line: the server's events, and the end of the connection. */
export type LineEvents = ServerToClient & { disconnect: () => void };

/** What a line tells its owner. */
export interface LineWatch {
  /** The server owes an answer for longer than it ever took. */
  overdue(): void;
  /** The server was heard. */
  heard(): void;
}

type AnyListener = (...args: unknown[]) => void;

/** Something that was asked, and is not answered. */
interface Asked {
  readonly atMs: number;
  /** Whether the server answers it without waiting for anything. */
  readonly isQuick: boolean;
  fail(): void;
}

/** The server answers these at once; others may wait for its disk, or for another device. */
const QUICK: ReadonlySet<string> = new Set(['session:check', 'relay:frame']);

/**
 * The connection to the server as everybody else sees it: it stays when the socket under it is replaced. Judges the server by its
 * answers, never by those of another client.
 */
export class Line implements Asking {
  readonly #watch: LineWatch;
  readonly #listeners = new Set<{ readonly event: string; readonly listener: AnyListener }>();
  readonly #asked = new Set<Asked>();
  #socket: Socket;
  #roundTrip: RoundTrip | undefined;
  #heardMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: Socket, watch: LineWatch) {
    this.#watch = watch;
    this.#socket = socket;
    this.#listen();
  }

  /** Whether the server has accepted the connection. */
  get connected(): boolean {
    return this.#socket.connected;
  }

  /** Names the connection; another one has another name. */
  get id(): string | undefined {
    return this.#socket.id;
  }

  /** The socket that carries it now. */
  get socket(): Socket {
    return this.#socket;
  }

  /**
   * Calls `listener` at every event of that name.
   *
   * @returns a function that removes the listener
   */
  on<E extends keyof LineEvents & string>(event: E, listener: LineEvents[E]): () => void {
    const entry = { event, listener: listener as unknown as AnyListener };
    this.#listeners.add(entry);
    this.#attach(entry);
    return () => void this.#listeners.delete(entry);
  }

  /** Goes on over another socket. What was asked on the old one fails as `unreachable`; the old one is not heard any more. */
  use(socket: Socket): void {
    this.#socket = socket;
    this.#roundTrip = undefined;
    this.#listen();
    for (const entry of this.#listeners) this.#attach(entry);
    for (const asked of this.#asked) asked.fail();
    this.#asked.clear();
  }

  /** Tells an event that the socket heard before the line went over it. */
  tell<E extends keyof LineEvents & string>(event: E, ...args: Parameters<LineEvents[E]>): void {
    for (const entry of [...this.#listeners]) if (entry.event === event) entry.listener(...args);
  }

  /** Sends with a limit for the answer, as Socket.IO's own. */
  timeout(ms: number): { emitWithAck(event: string, payload: unknown): Promise<unknown> } {
    return { emitWithAck: (event, payload) => this.#ask(ms, event, payload) };
  }

  /** Sends what needs no answer; not sent where there is no connection. */
  send<E extends ClientEvent>(event: E, payload: ClientPayload<E>): void {
    // The event map pairs each name with its payload, which TypeScript does not follow through a type parameter.
    const socket = this.#socket as { emit(event: string, payload: unknown): unknown };
    if (this.connected) socket.emit(event, payload);
  }

  /** Asks and answers are not watched any more. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #ask(ms: number, event: string, payload: unknown): Promise<unknown> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const fail = () => reject(new AnypathError('unreachable', 'the connection was replaced'));
      // What waits for the connection to stand tells nothing about it.
      const isQuick = QUICK.has(event) && socket.connected;
      const asked: Asked = { atMs: performance.now(), isQuick, fail };
      this.#asked.add(asked);
      if (this.#asked.size === 1) this.#rearm();
      const done = (settle: () => void) => {
        this.#asked.delete(asked);
        settle();
      };
      // The event map pairs each name with its payload, which TypeScript does not follow through a name in a variable.
      (socket as unknown as Asking)
        .timeout(ms)
        .emitWithAck(event, payload)
        .then(
          (answer) => {
            if (socket === this.#socket) this.#onAnswer(asked);
            done(() => resolve(answer));
          },
          (error: unknown) => done(() => reject(error as Error)),
        );
    });
  }

  #onAnswer({ atMs, isQuick }: Asked): void {
    // A slow one is better than nothing to begin with.
    if (isQuick || !this.#roundTrip) this.#roundTrip = measured(this.#roundTrip, performance.now() - atMs);
    this.#heard();
  }

  #heard(): void {
    this.#heardMs = performance.now();
    this.#watch.heard();
  }

  #listen(): void {
    const socket = this.#socket;
    socket.onAny(() => {
      if (socket === this.#socket) this.#heard();
    });
  }

  #attach(entry: { readonly event: string; readonly listener: AnyListener }): void {
    const socket = this.#socket;
    const heard: AnyListener = (...args) => {
      if (socket === this.#socket && this.#listeners.has(entry)) entry.listener(...args);
    };
    (socket as unknown as { on(event: string, listener: AnyListener): void }).on(entry.event, heard);
  }

  /** Looks again when the oldest question is overdue, counted from when the server was heard last. */
  #rearm(): void {
    clearTimeout(this.#timer);
    const [oldest] = this.#asked;
    if (!oldest) return;
    const dueMs = Math.max(oldest.atMs, this.#heardMs) + answerTimeoutMs(this.#roundTrip);
    this.#timer = setTimeout(() => this.#look(), Math.max(1, dueMs - performance.now()));
  }

  #look(): void {
    const waitMs = answerTimeoutMs(this.#roundTrip);
    const isLate = ({ atMs }: Asked) => performance.now() - Math.max(atMs, this.#heardMs) >= waitMs - 1;
    const late = [...this.#asked].filter(isLate);
    if (late.length === 0) return this.#rearm();
    const isQuick = (asked: Asked) => asked.isQuick;
    if (late.some(isQuick)) this.#watch.overdue();
    // Whether the server is there, and slow with this one only, it says itself.
    else if (this.#socket.connected && ![...this.#asked].some(isQuick)) this.check();
    this.#timer = setTimeout(() => this.#look(), waitMs);
  }

  /** Asks the server whether it is there. */
  check(): void {
    void this.#ask(CHECK_MS, 'session:check', {}).catch(() => undefined);
  }
}

/** A server that does not answer in this time is not asked on this connection any more, milliseconds. */
const CHECK_MS = 3_000;
