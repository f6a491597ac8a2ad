import { AnypathError, ErrorBody, IceAnswer, isErrorCode, ROUTES } from '@anypath/protocol';
import * as v from 'valibot';

/** The share of their lifetime after which credentials are fetched again (SPEC S6.2). */
const REFRESH_AT = 0.7;

/** Fetches ICE servers, and again when 70 % of their lifetime is over. */
export class IceSource {
  readonly #baseUrl: string;
  readonly #token: () => Promise<string>;
  #current: { servers: Promise<readonly RTCIceServer[]>; staleAtMs: number } | undefined;

  constructor(baseUrl: string, token: () => Promise<string>) {
    this.#baseUrl = baseUrl;
    this.#token = token;
  }

  /**
   * The servers for a connection that is about to be made. Concurrent calls share one request.
   *
   * @returns a list for `RTCPeerConnection`; empty where the service has none to offer or does not answer, because
   *   a direct path may still be found
   */
  async servers(): Promise<readonly RTCIceServer[]> {
    if (!this.#current || performance.now() >= this.#current.staleAtMs) {
      const current = { servers: this.#fetch(), staleAtMs: Number.POSITIVE_INFINITY };
      this.#current = current;
    }
    try {
      return await this.#current.servers;
    } catch {
      this.#current = undefined;
      return [];
    }
  }

  async #fetch(): Promise<readonly RTCIceServer[]> {
    const response = await fetch(new URL(ROUTES.ice.path, this.#baseUrl), {
      headers: { authorization: `Bearer ${await this.#token()}` },
      signal: AbortSignal.timeout(5_000),
    });
    const body: unknown = await response.json();
    if (!response.ok) throw errorOf(body);
    const answer = v.parse(IceAnswer, body);
    if (this.#current) this.#current.staleAtMs = performance.now() + answer.ttl * 1000 * REFRESH_AT;
    return answer.iceServers as RTCIceServer[];
  }
}

/** Turns an error body of the service into the error that applications see. */
export function errorOf(body: unknown): AnypathError {
  const parsed = v.safeParse(ErrorBody, body);
  if (parsed.success && isErrorCode(parsed.output.error)) {
    return new AnypathError(parsed.output.error, parsed.output.message);
  }
  return new AnypathError('unreachable', 'the answer did not come from an anypath server');
}
