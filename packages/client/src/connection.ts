import { AnypathError, ERRORS, type Handshake, isErrorCode } from '@anypath/protocol';
import type { Credentials } from './credentials.ts';
import { Events } from './emitter.ts';
import { RefusedRequest } from './http.ts';
import { retryDelayMs } from './retry-delay.ts';
import { openSocket, type Present, type Socket } from './socket.ts';

/** A connection that stood for so long was no part of the trouble before it, milliseconds. */
const STEADY_MS = 10_000;

/** What the server is told of the device: who it is, and whether it uses WebRTC. */
export type DeviceFacts = Required<Pick<Handshake, 'deviceId' | 'rtc'>>;

/** What a connection tells beside the events of its socket. */
export interface ConnectionEvents {
  /** An attempt failed. Another one follows by itself, unless this is final: then the connection is closed. */
  failed(error: AnypathError, isFinal: boolean): void;
}

/**
 * The socket, and its way back. Socket.IO finds back by itself after the network failed, and stays away after the server refused
 * it or closed it: whether to come back then is decided here, by the code of the refusal.
 */
export class Connection extends Events<ConnectionEvents> {
  readonly socket: Socket;
  readonly #device: DeviceFacts;
  readonly #credentials: Credentials;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #refusals = 0;
  #startedAtMs = Number.POSITIVE_INFINITY;
  #isRenewed = false;
  #isClosed = false;

  /** @param url the server */
  constructor(url: string, device: DeviceFacts, credentials: Credentials) {
    super();
    this.#device = device;
    this.#credentials = credentials;
    this.socket = openSocket(url, credentials.withCredentials, (present) => this.#introduce(present));
    this.socket.on('session:start', () => {
      this.#startedAtMs = performance.now();
      this.#isRenewed = false;
    });
    this.socket.on('connect_error', (error) => this.#onError(error));
    this.socket.on('disconnect', () => {
      if (!this.socket.active) this.#refused(new AnypathError('unreachable', 'the server closed the connection'));
    });
  }

  /** Ends it for good. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.socket.close();
  }

  #introduce(present: Present): void {
    const { engine } = this.socket.io;
    // While the proof was fetched, the transport may have been replaced; the new one asks for itself.
    const isCurrent = () => this.socket.active && this.socket.io.engine === engine;
    this.#credentials.forHandshake().then(
      (proof) => {
        if (isCurrent()) present({ ...proof, ...this.#device, legacy: false });
      },
      (error: unknown) => {
        if (!isCurrent()) return;
        this.socket.disconnect();
        this.#refused(
          error instanceof AnypathError ? error : new AnypathError('internal', undefined, { cause: error }),
        );
      },
    );
  }

  #onError(error: Error & { data?: unknown }): void {
    const { error: code, retryAfterMs } = (error.data ?? {}) as { error?: unknown; retryAfterMs?: unknown };
    const pauseMs = typeof retryAfterMs === 'number' && retryAfterMs >= 0 ? retryAfterMs : undefined;
    if (isErrorCode(code)) return this.#refused(new RefusedRequest(code, error.message, pauseMs));
    const failure = new AnypathError('unreachable', undefined, { cause: error });
    // Refused in words that this version does not know.
    if (!this.socket.active) return this.#refused(failure);
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
    this.#timer = setTimeout(() => this.socket.connect(), delayMs);
  }
}
