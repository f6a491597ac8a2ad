import { isRecord } from './browser-storage.ts';
import { type Session, sessionFrom } from './session.ts';

/** How a sign-in ended. `code` is a code of the server, or `no_dev_sign_in` where it does not serve this one. */
export type SignInResult =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly code: string };

const PATH = '/api/v1/auth/dev';
const TIMEOUT_MS = 10_000;

/**
 * Asks the server for a session under a name.
 *
 * @param as `bearer` for this tab alone; `cookie` for the browser, where the server accepts no tokens
 */
export async function signIn(wallet: string, as: 'bearer' | 'cookie'): Promise<SignInResult> {
  try {
    const response = await fetch(PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ wallet, as }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body: unknown = await response.json().catch(() => undefined);
    return signInResult(response.status, body);
  } catch {
    return { ok: false, code: 'unreachable' };
  }
}

/**
 * Reads the server's answer.
 *
 * @param status the HTTP status
 * @param body the parsed body; `undefined` where it is no JSON
 */
export function signInResult(status: number, body: unknown): SignInResult {
  const session = status === 200 || status === 201 ? sessionFrom(body) : undefined;
  if (session) return { ok: true, session };
  if (status === 404) return { ok: false, code: 'no_dev_sign_in' };
  // A proxy that finds no server behind it answers 502, 503 or 504 without a code of ours.
  const code = isRecord(body) && typeof body['error'] === 'string' ? body['error'] : 'unreachable';
  return { ok: false, code };
}
