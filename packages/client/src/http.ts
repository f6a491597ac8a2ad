import { AnypathError, ErrorBody, type ErrorCode, isErrorCode } from '@anypath/protocol';
import * as v from 'valibot';

/** How long one request may take, milliseconds. */
const TIMEOUT_MS = 5_000;

/** A request that the server refused. */
export class RefusedRequest extends AnypathError {
  /** Milliseconds until it may be tried again, where the server says so (`Retry-After`). */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string | undefined, retryAfterMs: number | undefined) {
    super(code, message);
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * The server's address.
 *
 * @param url as the application gives it; the page's own origin where it is left out
 * @throws AnypathError `invalid_payload` where there is neither
 */
export function serverUrl(url: string | undefined): string {
  const found = url ?? globalThis.location?.origin;
  if (!found) throw new AnypathError('invalid_payload', 'outside of a page the url of the server is needed');
  return found;
}

/**
 * Asks the server.
 *
 * @returns the parsed body; `undefined` for an empty one
 * @throws RefusedRequest with the server's code; AnypathError `unreachable` where no anypath server answers in time
 */
export async function askHttp(url: URL, init: RequestInit = {}): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (cause) {
    throw new AnypathError('unreachable', undefined, { cause });
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw refusalOf(response, body);
  return body;
}

/** Checks an answer. @throws AnypathError `unreachable` for one that another server than ours gave */
export function parsed<T extends v.GenericSchema>(schema: T, body: unknown): v.InferOutput<T> {
  const { success, output } = v.safeParse(schema, body);
  if (!success) throw new AnypathError('unreachable', NOT_OURS);
  return output;
}

const NOT_OURS = 'the answer did not come from an anypath server';

function refusalOf({ status, headers }: Response, body: unknown): RefusedRequest {
  const seconds = Number.parseFloat(headers.get('retry-after') ?? '');
  const retryAfterMs = seconds >= 0 ? seconds * 1000 : undefined;
  const { success, output } = v.safeParse(ErrorBody, body);
  if (success && isErrorCode(output.error)) return new RefusedRequest(output.error, output.message, retryAfterMs);
  // A proxy in between has limits of its own, and no body of ours.
  return new RefusedRequest(status === 429 ? 'rate_limited' : 'unreachable', NOT_OURS, retryAfterMs);
}
