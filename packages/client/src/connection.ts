import {
  AnypathError,
  ERRORS,
  type Handshake,
  isErrorCode,
  type SessionEnd,
  type SessionStart,
} from '@anypath/protocol';
import type { Credentials } from './credentials.ts';
import { Events } from './emitter.ts';
import { RefusedRequest } from './http.ts';
import { Line } from './line.ts';
import { retryDelayMs } from './retry-delay.ts';
import { abandon, openSocket, type Present, type Socket } from './socket.ts';

/** A connection that stood for so long was no part of the trouble before it, milliseconds. */
const STEADY_MS = 10_000;

/** A server that stops is left within this time, milliseconds, at random: others were told at the same moment. */
const MOVE_WITHIN_MS = 100;

/** What the server is told of the device: who it is, and whether it uses WebRTC. */
export type DeviceFacts = Required<Pick<Handshake, 'deviceId' | 'rtc'>>;

/** What a connection tells beside the events of its socket. */
export interface ConnectionEvents {
  /** An attempt failed. Another one follows by itself, unless this is final: then the connection is closed. */
  failed(error: AnypathError, isFinal: boolean): void;
}

/** A connection that is made beside one in doubt. */
interface Fresh {
  readonly socket: Socket;
  /** Whether the server has been told who it is: from then on it replaces the other, and cannot be given up. */
  isPresented: boolean;
}

/** How long a fresh one may take before another is tried, milliseconds; doubled each time: it may have met the change half-way. */
const FRESH_MS = 1_000;

/**
 * The pause after a doubt, milliseconds; it doubles with each that follows soon, so that a server that is slow gets no crowd. Where another
 * connection stood within `proofMs`, the server was quick and the doubt was right: it counts for nothing.
 */
const CALM = { firstMs: 250, maxMs: 30_000, proofMs: 2_000 } as const;

/**
 * The socket, and its way back. Socket.IO finds back by itself after the network failed, and stays away after the server refused
 * it or closed it: whether to come back then is decided here, by the code of the refusal.
 *
 * A network that changed in silence fails without telling. Where the server owes an answer, a fresh connection is made beside the
 * one in doubt, and the first that is heard is kept.
 */
export class Connection extends Events<ConnectionEvents> {
  readonly socket: Line;
  readonly #url: string;
  readonly #device: DeviceFacts;
  readonly #credentials: Credentials;
  #fresh: Fresh | undefined;
  #freshTimer: ReturnType<typeof setTimeout> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #refusals = 0;
  #startedAtMs = Number.POSITIVE_INFINITY;
  #doubts = 0;
  #doubtedAtMs = Number.NEGATIVE_INFINITY;
  #isRenewed = false;
  #isClosed = false;

  /** @param url the server */
  constructor(url: string, device: DeviceFacts, credentials: Credentials) {
    super();
    this.#url = url;
    this.#device = device;
    this.#credentials = credentials;
    this.socket = new Line(this.#open(), { overdue: () => this.#doubt(), heard: () => this.#onHeard() });
  }

  /** Asks the server whether it is there, or looks for it at once. */
  check(): void {
    if (this.#isClosed) return;
    if (this.socket.connected) this.socket.check();
    else if (this.#current.active) this.#doubt();
  }

  /** The network may have changed: the same, and a connection that is being made is made anew, because it may have met the one before. */
  look(): void {
    if (this.#fresh && !this.#fresh.isPresented) this.#doubt(true);
    this.check();
  }

  /** Ends it for good. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#giveUpFresh();
    this.socket.close();
    this.#current.close();
  }

  get #current(): Socket {
    return this.socket.socket;
  }

  #open(): Socket {
    const socket: Socket = openSocket(this.#url, this.#credentials.withCredentials, (present) => {
      this.#introduce(socket, present);
    });
    socket.on('session:start', (start) => this.#onStart(socket, start));
    socket.on('session:end', (end) => this.#onEnd(socket, end));
    socket.on('connect_error', (error) => this.#onError(socket, error));
    socket.on('disconnect', () => this.#onDisconnect(socket));
    return socket;
  }

  /** @param again whether one that is being made is given up for another */
  #doubt(again = false): void {
    const nowMs = performance.now();
    if (this.#isClosed || (this.#fresh && !again) || this.#fresh?.isPresented) return;
    const pauseMs = Math.min(CALM.maxMs, CALM.firstMs * 2 ** this.#doubts);
    if (nowMs - this.#doubtedAtMs < pauseMs) return;
    this.#doubts = nowMs - this.#doubtedAtMs > CALM.maxMs ? 1 : this.#doubts + 1;
    this.#doubtedAtMs = nowMs;
    this.#giveUpFresh();
    this.#openBeside(FRESH_MS);
    if (!this.socket.connected) this.#goOver();
  }

  #openBeside(patienceMs: number): void {
    const fresh = { socket: this.#open(), isPresented: false };
    this.#fresh = fresh;
    this.#freshTimer = setTimeout(() => {
      if (this.#fresh !== fresh || fresh.isPresented) return;
      this.#giveUpFresh();
      this.#openBeside(patienceMs * 2);
    }, patienceMs);
  }

  /** The one in doubt was heard after all. */
  #onHeard(): void {
    if (this.#fresh && !this.#fresh.isPresented) this.#giveUpFresh();
  }

  #giveUpFresh(): void {
    const { socket } = this.#fresh ?? {};
    clearTimeout(this.#freshTimer);
    this.#fresh = undefined;
    socket?.close();
  }

  /** The fresh one takes the place. */
  #goOver(): void {
    const { socket } = this.#fresh ?? {};
    if (!socket) return;
    const old = this.#current;
    clearTimeout(this.#freshTimer);
    this.#fresh = undefined;
    this.socket.use(socket);
    abandon(old);
  }

  #onStart(socket: Socket, start: SessionStart): void {
    const isFresh = socket === this.#fresh?.socket;
    if (isFresh) this.#goOver();
    if (socket !== this.#current) return;
    this.#startedAtMs = performance.now();
    this.#isRenewed = false;
    if (isFresh && this.#startedAtMs - this.#doubtedAtMs < CALM.proofMs) this.#doubts = 0;
    if (isFresh) this.socket.tell('session:start', start);
  }

  #onEnd(socket: Socket, { error }: SessionEnd): void {
    if (socket !== this.#current) return;
    // That we have replaced it ourselves is nobody's business.
    if (error === 'replaced' && this.#fresh?.isPresented) this.#goOver();
    if (error === 'shutting_down') this.#moveSoon(socket);
  }

  /** The server stops. Where it leaves time for that, the connection to another one is made before this one ends; no doubt is cast on anybody. */
  #moveSoon(socket: Socket): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (socket === this.#current && socket.connected && !this.#fresh) this.#openBeside(FRESH_MS);
    }, Math.random() * MOVE_WITHIN_MS);
  }

  #onDisconnect(socket: Socket): void {
    if (socket === this.#fresh?.socket) this.#giveUpFresh();
    if (socket !== this.#current) return;
    if (this.#fresh) {
      // It is on its way already, and the next one to stand.
      this.socket.tell('disconnect');
      this.#goOver();
    } else if (!socket.active) this.#refused(new AnypathError('unreachable', 'the server closed the connection'));
  }

  #introduce(socket: Socket, present: Present): void {
    const { engine } = socket.io;
    // While the proof was fetched, the transport may have been replaced; the new one asks for itself.
    const isCurrent = () => socket.active && socket.io.engine === engine;
    this.#credentials.forHandshake().then(
      (proof) => {
        if (!isCurrent()) return;
        if (socket === this.#fresh?.socket) this.#fresh.isPresented = true;
        present({ ...proof, ...this.#device, legacy: false });
      },
      (error: unknown) => {
        if (!isCurrent()) return;
        if (socket === this.#fresh?.socket) return this.#giveUpFresh();
        socket.disconnect();
        this.#refused(
          error instanceof AnypathError ? error : new AnypathError('internal', undefined, { cause: error }),
        );
      },
    );
  }

  #onError(socket: Socket, error: Error & { data?: unknown }): void {
    const { error: code, retryAfterMs } = (error.data ?? {}) as { error?: unknown; retryAfterMs?: unknown };
    if (socket === this.#fresh?.socket) {
      this.#fresh.isPresented = false;
      // Refused. The one in doubt finds out for itself.
      if (!socket.active) this.#giveUpFresh();
      return;
    }
    const pauseMs = typeof retryAfterMs === 'number' && retryAfterMs >= 0 ? retryAfterMs : undefined;
    if (isErrorCode(code)) return this.#refused(new RefusedRequest(code, error.message, pauseMs));
    const failure = new AnypathError('unreachable', undefined, { cause: error });
    // Refused in words that this version does not know.
    if (!socket.active) return this.#refused(failure);
    this.emit('failed', failure, false);
  }

  /** The socket is closed now, and comes back if it is opened. */
  #refused(error: AnypathError): void {
    if (this.#isClosed) return;
    const isFinal = !ERRORS[error.code].retry && !this.#canRenew(error);
    if (isFinal) this.close();
    else this.#comeBack(error);
    this.emit('failed', error, isFinal);
  }

  /** A CSRF token is refused where the session changed between question and use; that happens once. */
  #canRenew({ code }: AnypathError): boolean {
    if (code !== 'csrf_failed' || this.#isRenewed) return false;
    this.#isRenewed = this.#credentials.forget();
    return this.#isRenewed;
  }

  #comeBack(error: AnypathError): void {
    if (performance.now() - this.#startedAtMs > STEADY_MS) this.#refusals = 0;
    const retryAfterMs = error instanceof RefusedRequest ? error.retryAfterMs : undefined;
    const delayMs = retryDelayMs(error.code, this.#refusals++, retryAfterMs);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#current.connect(), delayMs);
  }
}
