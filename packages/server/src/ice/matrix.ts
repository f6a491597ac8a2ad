import { type AnypathError, ERRORS, type ErrorCode, type IceAnswer, type MatrixTurnServer } from '@anypath/protocol';

/**
 * An answer in the shape of Matrix (client-server API, `GET /_matrix/client/v3/voip/turnServer`), which has room for one
 * pair of credentials.
 *
 * @returns an empty object where there is no TURN, as Synapse answers then
 */
export function matrixAnswer({ iceServers, ttl }: IceAnswer): MatrixTurnServer {
  const [turn] = iceServers.filter(({ credential }) => credential !== undefined);
  if (turn?.username === undefined || turn.credential === undefined) return {};
  return { username: turn.username, password: turn.credential, uris: [turn.urls].flat(), ttl };
}

const CODES: Partial<Record<ErrorCode, string>> = {
  unauthenticated: 'M_UNKNOWN_TOKEN',
  session_ended: 'M_UNKNOWN_TOKEN',
  rate_limited: 'M_LIMIT_EXCEEDED',
  csrf_failed: 'M_FORBIDDEN',
  feature_disabled: 'M_FORBIDDEN',
};

/**
 * An error in the shape of Matrix.
 *
 * @param retryAfterMs how long to wait, where it is known
 */
export function matrixError(error: AnypathError, retryAfterMs?: number) {
  return {
    status: ERRORS[error.code].status,
    body: {
      errcode: CODES[error.code] ?? 'M_UNKNOWN',
      error: error.message,
      ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
    },
  };
}
