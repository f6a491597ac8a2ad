import { vi } from 'vitest';

/** A request that the stand-in got. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: RequestCredentials | undefined;
  readonly body: unknown;
}

/** What a path answers: a body, or a status with body and headers; `undefined` for a network that fails. */
type Reply = { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> };

/**
 * Puts a stand-in in the place of the global `fetch`, for unit tests.
 *
 * @param answer called with each request
 * @returns the requests so far
 */
export function standInFetch(answer: (asked: Asked) => Reply | undefined): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal('fetch', async (url: URL, init: RequestInit = {}) => {
    const request: Asked = {
      method: init.method ?? 'GET',
      path: url.pathname,
      headers: (init.headers ?? {}) as Record<string, string>,
      credentials: init.credentials,
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
    };
    asked.push(request);
    const reply = answer(request);
    if (!reply) throw new TypeError('fetch failed');
    const { status, body, headers = {} } = reply;
    return new Response(body === undefined ? null : JSON.stringify(body), { status, headers });
  });
  return asked;
}

/** An error as the server answers it. */
export const refused = (status: number, error: string, headers: Record<string, string> = {}): Reply => {
  return { status, headers, body: { error, message: 'as the server says', requestId: 'r1' } };
};
