import { AnypathError, ErrorBody, IceAnswer, isErrorCode, ROUTES } from '@anypath/protocol';
import * as v from 'valibot';

/** The share of their lifetime after which credentials are fetched again (SPEC S6.2). */
const REFRESH_AT = 0.7;
/** How long a service that had nothing to offer is not asked again: an offer must not wait for the same refusal. */
const ASK_AGAIN_MS = 10_000;

/** A list of servers, and for how long it is good. */
interface Fetched {
  readonly servers: readonly RTCIceServer[];
  readonly staleAtMs: number;
}

/** Fetches ICE servers, and again when 70 % of their lifetime is over. */
export class IceSource {
  readonly #url: URL;
  readonly #token: () => Promise<string>;
  #fetched: Fetched | undefined;
  #fetching: Promise<Fetched> | undefined;

  constructor(baseUrl: string, token: () => Promise<string>) {
    this.#url = new URL(ROUTES.ice.path, baseUrl);
    this.#token = token;
  }

  /**
   * The servers for a connection that is about to be made. Concurrent calls share one request.
   *
   * @returns a list for `RTCPeerConnection`; empty where the service has none to offer or does not answer, because
   *   a direct path may still be found
   */
  async servers(): Promise<readonly RTCIceServer[]> {
    if (this.#fetched && performance.now() < this.#fetched.staleAtMs) return this.#fetched.servers;
    this.#fetching ??= this.#fetch().catch(() => ({ servers: [], staleAtMs: performance.now() + ASK_AGAIN_MS }));
    this.#fetched = await this.#fetching;
    this.#fetching = undefined;
    return this.#fetched.servers;
  }

  async #fetch(): Promise<Fetched> {
    const response = await fetch(this.#url, {
      headers: { authorization: `Bearer ${await this.#token()}` },
      signal: AbortSignal.timeout(5_000),
    });
    const body: unknown = await response.json();
    if (!response.ok) throw errorOf(body);
    const { iceServers, ttl } = v.parse(IceAnswer, body);
    return { servers: iceServers as RTCIceServer[], staleAtMs: performance.now() + ttl * 1000 * REFRESH_AT };
  }
}

/** Turns an error body of the service into the error that applications see. */
function errorOf(body: unknown): AnypathError {
  const parsed = v.safeParse(ErrorBody, body);
  if (parsed.success && isErrorCode(parsed.output.error)) {
    return new AnypathError(parsed.output.error, parsed.output.message);
  }
  return new AnypathError('unreachable', 'the answer did not come from an anypath server');
}
