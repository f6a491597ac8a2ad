import type { TransportAddress } from './address.ts';
import { StunError } from './errors.ts';

/** Who is told what a transport receives. */
export interface Receiver {
  /** One message: a datagram, or what a stream's framing cut out. */
  message(bytes: Uint8Array): void;
  /** Nothing will come any more. Told at most once, and not after `close`. */
  failed(error: StunError): void;
}

/** A connected socket that belongs to one client. */
export interface Transport {
  /** Our end; `undefined` for a stream that the caller connected and that has no address. */
  readonly local: TransportAddress | undefined;
  /** Whether it delivers everything in order (TCP, TLS) or may lose it (UDP). */
  readonly isReliable: boolean;
  /** Bytes that were handed to `send` and have not left yet. */
  readonly bufferedBytes: number;
  /** Starts to receive. To be called once. */
  start(receiver: Receiver): void;
  /** Sends one message. What cannot be sent is lost; a broken connection is told to the receiver. */
  send(bytes: Uint8Array): void;
  /** Closes it; resolves when the socket is gone. May be called more than once. */
  close(): Promise<void>;
}

/** Where in the making of a connection an error occurred. */
type Phase = 'lookup' | 'udp' | 'tcp' | 'tls';

/** The error of a socket or a lookup as this package reports it. */
export function transportError(phase: Phase, cause: unknown): StunError {
  if (cause instanceof StunError) return cause;
  const code = errorCode(cause);
  switch (phase) {
    case 'lookup':
      return new StunError('unresolvable', `the host name has no address (${code})`, { cause });
    case 'tls':
      return new StunError('tls', `the TLS handshake failed (${code})`, { cause });
    case 'tcp':
      return code === 'ECONNREFUSED'
        ? new StunError('refused', 'the server refused the connection', { cause })
        : new StunError('unreachable', `the connection failed (${code})`, { cause });
    case 'udp':
      return new StunError('unreachable', `the server cannot be reached over UDP (${code})`, { cause });
  }
}

const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';

/** Tells a receiver the first failure, also one that came before there was a receiver; and none after `settle`. */
export class FailureLatch {
  #receiver: Receiver | undefined;
  #failure: StunError | undefined;
  #isSettled = false;

  attach(receiver: Receiver): void {
    this.#receiver = receiver;
    if (this.#failure) this.fail(this.#failure);
  }

  fail(error: StunError): void {
    this.#failure ??= error;
    if (!this.#receiver || this.#isSettled) return;
    this.#isSettled = true;
    this.#receiver.failed(this.#failure);
  }

  settle(): void {
    this.#isSettled = true;
  }
}
