/**
 * Why a STUN or TURN operation failed.
 *
 * - `invalid_uri`: not a stun, stuns, turn or turns URI
 * - `unsupported`: valid, but not something this package does (DTLS, a payload too large for a message, …)
 * - `unresolvable`: the host name has no address
 * - `refused`: the TCP connection was refused
 * - `unreachable`: any other error of the network, such as ICMP "port unreachable" or a connection that was lost
 * - `timeout`: no answer within the deadline
 * - `tls`: the certificate or the handshake
 * - `unauthorized`: the server does not take these credentials (401, or 403 for the allocation itself)
 * - `rejected`: any other STUN or TURN error response; see `turnCode`
 * - `malformed`: bytes that are not STUN, or an answer without what it must contain
 * - `no_echo`: the allocation was made, but nothing that was sent to it came back
 * - `aborted`: the caller's signal
 * - `closed`: the client was closed
 */
export type StunErrorCode =
  | 'invalid_uri'
  | 'unsupported'
  | 'unresolvable'
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'tls'
  | 'unauthorized'
  | 'rejected'
  | 'malformed'
  | 'no_echo'
  | 'aborted'
  | 'closed';

/** What a `StunError` may carry beside its code. */
export interface StunErrorDetails extends ErrorOptions {
  /** The code of the STUN error response (RFC 8489 section 14.8). */
  readonly turnCode?: number | undefined;
  /** The reason phrase of the error response, as the server wrote it. */
  readonly reason?: string | undefined;
  /** How long the allocation took that was made before the failure, milliseconds. */
  readonly allocateMs?: number | undefined;
}

/** The one error class that leaves this package. Switch on `code`. No message holds a credential, a key or a nonce. */
export class StunError extends Error {
  override readonly name = 'StunError';
  readonly code: StunErrorCode;
  /** The code of the STUN error response, for `unauthorized` and `rejected`. */
  readonly turnCode: number | undefined;
  /** The reason phrase of the error response. It is the server's text: escape it where it is shown. */
  readonly reason: string | undefined;
  /** How long the allocation took that was made before the failure, milliseconds. */
  readonly allocateMs: number | undefined;

  constructor(code: StunErrorCode, message: string, details: StunErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.turnCode = details.turnCode;
    this.reason = details.reason;
    this.allocateMs = details.allocateMs;
  }
}

/** Whether a value is a `StunError`, with that code where one is given. */
export const isStunError = (value: unknown, code?: StunErrorCode): value is StunError =>
  value instanceof StunError && (code === undefined || value.code === code);
