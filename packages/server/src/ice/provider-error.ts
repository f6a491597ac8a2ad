/**
 * Why a provider's API gave no credentials.
 *
 * - `unauthorized`: it refuses our key (HTTP 401, 403)
 * - `rate_limited`: it asks for fewer calls (HTTP 429)
 * - `unavailable`: it cannot be reached, its answer broke off, or it says that it is not well (HTTP 408, 5xx)
 * - `timeout`: no whole answer within the deadline
 * - `malformed`: an answer that its published contract does not know
 * - `expired`: credentials that have ended, or end too soon
 */
export type ProviderErrorReason = 'unauthorized' | 'rate_limited' | 'unavailable' | 'timeout' | 'malformed' | 'expired';

/** What is known beside the reason. */
interface Details {
  /** HTTP status of the answer. */
  readonly status?: number;
  /** How long the provider asked to be left alone, milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Code of the system or of TLS, such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`. */
  readonly systemCode?: string | undefined;
}

/**
 * A provider's API gave no credentials. The message is made of the reason, the status and the code alone, and there is no
 * `cause`: those of `fetch` may hold a URL with its user info.
 */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly reason: ProviderErrorReason;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly systemCode: string | undefined;

  constructor(reason: ProviderErrorReason, { status, retryAfterMs, systemCode }: Details = {}) {
    super([reason, status && `HTTP ${status}`, systemCode].filter(Boolean).join(', '));
    this.reason = reason;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    this.systemCode = systemCode;
  }
}
