import { ErrorBody, OpsAnswer, PATHS, Session } from '@anypath/protocol';
import * as v from 'valibot';
import { browserStorage } from '../model/browser-storage.ts';
import { storedSession } from '../model/session.ts';

/** What came of asking how the server does. */
export type Asked =
  | { readonly is: 'answered'; readonly answer: OpsAnswer }
  /** Nobody is signed in; or somebody who may not see it; or the server did not answer. */
  | { readonly is: 'signed-out' | 'refused' | 'failed' };

const WITHIN_MS = 10_000;

/** Asks with the session of this tab, which is a token, or of this browser, which is a cookie. */
export class OpsSource {
  #csrfToken: string | undefined;

  /** @param since only what came after it, Unix time in milliseconds */
  async ask(since: number): Promise<Asked> {
    try {
      const response = await get(`${PATHS.ops}?since=${since}`, await this.#proof());
      const body: unknown = await response.json();
      if (response.ok) return { is: 'answered', answer: v.parse(OpsAnswer, body) };
      this.#csrfToken = undefined;
      const error = v.safeParse(ErrorBody, body);
      return { is: (error.success && MEANING[error.output.error]) || 'failed' };
    } catch {
      return { is: 'failed' };
    }
  }

  async #proof(): Promise<Record<string, string>> {
    const token = storedSession(browserStorage('sessionStorage'), Date.now())?.token;
    if (token !== undefined) return { authorization: `Bearer ${token}` };
    this.#csrfToken ??= await csrfToken();
    return this.#csrfToken === undefined ? {} : { 'x-csrf-token': this.#csrfToken };
  }
}

const MEANING: Readonly<Record<string, Asked['is'] & ('signed-out' | 'refused')>> = {
  unauthenticated: 'signed-out',
  session_ended: 'signed-out',
  forbidden: 'refused',
};

async function csrfToken(): Promise<string | undefined> {
  const response = await get(PATHS.session, {});
  const session = v.safeParse(Session, await response.json());
  return session.success ? session.output.csrfToken : undefined;
}

const get = (path: string, headers: Record<string, string>): Promise<Response> =>
  fetch(path, { headers, cache: 'no-store', signal: AbortSignal.timeout(WITHIN_MS) });
