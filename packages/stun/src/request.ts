import type { StunAgent } from './agent.ts';
import { ATTRIBUTE } from './attributes.ts';
import { StunError } from './errors.ts';
import { METHOD } from './header.ts';
import type { LongTermCredential } from './long-term-credential.ts';
import { type AttributeWriter, attribute, createMessage, type ReceivedMessage, readAttribute } from './message.ts';
import type { TransactionResult } from './transaction.ts';
import { encodeMessage } from './wire.ts';

/** Codes of error responses that the client acts on (RFC 8489 section 14.8, RFC 8656 section 19). */
export const ERROR_CODE = {
  tryAlternate: 300,
  unauthorized: 401,
  forbidden: 403,
  allocationMismatch: 437,
  staleNonce: 438,
} as const;

const ABOUT_PEER: ReadonlySet<number> = new Set([METHOD.createPermission, METHOD.channelBind, METHOD.connect]);
const SOFTWARE = 'anypath';
const MAX_STALE_NONCES = 3;

/** One request, without what authentication adds. */
export interface RequestOptions {
  readonly method: number;
  readonly attributes: readonly AttributeWriter[];
  /** Credentials, for what is TURN's; a Binding request needs none. */
  readonly credential?: LongTermCredential | undefined;
  readonly signal: AbortSignal;
  readonly rtoMs?: number | undefined;
}

/** The server answered with an error. */
export class ErrorResponse extends StunError {
  /** Private, so that no log prints the nonce that is in it. */
  readonly #response: ReceivedMessage;

  constructor(response: ReceivedMessage, isAboutUser: boolean, turnCode: number, reason: string) {
    super(isAboutUser ? 'unauthorized' : 'rejected', `the server answered with error ${turnCode}`, {
      turnCode,
      reason,
    });
    this.#response = response;
  }

  get response(): ReceivedMessage {
    return this.#response;
  }
}

/**
 * Sends a request and waits for its success response. A challenge is answered once, a stale nonce replaced.
 *
 * @throws StunError as `StunAgent.request`, `unauthorized` and `rejected` for an error response, `malformed`
 */
export async function sendRequest(agent: StunAgent, options: RequestOptions): Promise<TransactionResult> {
  const { credential } = options;
  for (let staleNonces = 0; ; ) {
    const hadKey = credential?.key !== undefined;
    const result = await sendOnce(agent, options);
    if (result.message.class === 'success') return result;
    const error = errorResponse(result.message, options.method);
    const isChallenge = error.turnCode === ERROR_CODE.unauthorized && !hadKey;
    const isStale = error.turnCode === ERROR_CODE.staleNonce && staleNonces++ < MAX_STALE_NONCES;
    if (!credential || !(isChallenge || isStale)) throw error;
    credential.answer(result.message);
  }
}

function sendOnce(agent: StunAgent, options: RequestOptions): Promise<TransactionResult> {
  const { credential, signal, rtoMs } = options;
  const attributes = [
    attribute(ATTRIBUTE.software, SOFTWARE),
    ...options.attributes,
    ...(credential?.attributes ?? []),
  ];
  const message = createMessage(options.method, 'request', attributes);
  const bytes = encodeMessage(message, { key: credential?.key, fingerprint: true });
  return agent.request(bytes, { signal, rtoMs, ...(credential && { accepts: credential.accepts }) });
}

function errorResponse(response: ReceivedMessage, method: number): ErrorResponse {
  const error = readAttribute(response, ATTRIBUTE.errorCode);
  if (!error) throw new StunError('malformed', 'an error response has no ERROR-CODE');
  // For a permission, a channel or a connection, 403 is about the peer, not about the user.
  const isAboutPeer = ABOUT_PEER.has(method);
  const isAboutUser = error.code === ERROR_CODE.unauthorized || (error.code === ERROR_CODE.forbidden && !isAboutPeer);
  return new ErrorResponse(response, isAboutUser, error.code, error.reason);
}
