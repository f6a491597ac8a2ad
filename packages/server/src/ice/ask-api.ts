import * as v from 'valibot';
import { ProviderError } from './provider-error.ts';

/** Answers of the providers have about 1 KiB. */
const MAX_BYTES = 64 * 1024;

/** What to ask. */
export interface Question<T> {
  readonly url: string;
  /** With the authorization. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | URLSearchParams;
  /** What the answer must be. */
  readonly answer: v.GenericSchema<unknown, T>;
  /** Ends the call. */
  readonly signal: AbortSignal;
}

/**
 * Asks a provider's API: one POST, whose answer is JSON of at most 64 KiB.
 *
 * No redirect is followed, so that neither the authorization nor the question reaches anybody else, and nobody else's
 * answer is taken for the provider's.
 *
 * @returns the answer, checked
 * @throws ProviderError for all that can go wrong, and nothing else
 */
export async function ask<T>({ url, headers, body, answer, signal }: Question<T>): Promise<T> {
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    if (!response.ok) {
      await response.body?.cancel().catch(() => undefined);
      throw refusal(response);
    }
    const { status } = response;
    const result = v.safeParse(answer, parsed(await bounded(response), status));
    if (!result.success) throw new ProviderError('malformed', { status });
    return result.output;
  } catch (error) {
    throw asProviderError(error, signal);
  }
}

function refusal({ status, headers }: Response): ProviderError {
  const retryAfterMs = retryAfterOf(headers.get('retry-after'), Date.now());
  if (status === 401 || status === 403) return new ProviderError('unauthorized', { status });
  if (status === 429) return new ProviderError('rate_limited', { status, retryAfterMs });
  if (status === 408 || status >= 500) return new ProviderError('unavailable', { status, retryAfterMs });
  return new ProviderError('malformed', { status });
}

/**
 * Reads `Retry-After` (RFC 9110, section 10.2.3).
 *
 * @param header seconds, or an HTTP date in its preferred form
 * @param nowMs Unix time, milliseconds
 * @returns milliseconds from now on, or nothing where the header is neither
 */
export function retryAfterOf(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(header)) return undefined;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

async function bounded({ body, status }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // To leave the loop cancels the rest of the body.
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new ProviderError('malformed', { status });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parsed(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ProviderError('malformed', { status });
  }
}

/** What `fetch` and the body's stream reject with: an error whose `cause` has a code, at most. */
const WithSystemCode = v.object({ cause: v.object({ code: v.pipe(v.string(), v.regex(/^[A-Z][A-Z0-9_]{1,63}$/)) }) });

function asProviderError(error: unknown, signal: AbortSignal): ProviderError {
  if (error instanceof ProviderError) return error;
  if (signal.aborted) return new ProviderError('timeout');
  const coded = v.safeParse(WithSystemCode, error);
  return new ProviderError('unavailable', { systemCode: coded.success ? coded.output.cause.code : undefined });
}
