import type { CheckReason } from '@anypath/protocol';
import { isStunError, type StunErrorCode } from '@anypath/stun';

/** A check that ended for a reason of its own. */
export class CheckError extends Error {
  override readonly name = 'CheckError';
  readonly reason: CheckReason;
  /** The HTTP status, where there was one. */
  readonly status: number | undefined;

  constructor(reason: CheckReason, message: string, status?: number) {
    super(message);
    this.reason = reason;
    this.status = status;
  }
}

/** The time of a whole run is up. */
export class DeadlineError extends CheckError {
  constructor() {
    super('deadline', 'the time of the whole run was up');
  }
}

const SYSTEM: Readonly<Record<string, CheckReason>> = {
  ENOTFOUND: 'unresolvable',
  EAI_AGAIN: 'unresolvable',
  EAI_NODATA: 'unresolvable',
  EAI_NONAME: 'unresolvable',
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  ABORT_ERR: 'timeout',
  CERT_HAS_EXPIRED: 'certificate_expired',
  CERT_NOT_YET_VALID: 'certificate_not_yet_valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate_name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate_untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate_untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate_untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate_untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate_untrusted',
};

const STUN: Readonly<Partial<Record<StunErrorCode, CheckReason>>> = {
  unresolvable: 'unresolvable',
  refused: 'refused',
  unreachable: 'unreachable',
  timeout: 'timeout',
  unauthorized: 'unauthorized',
  rejected: 'rejected',
  malformed: 'malformed',
  no_echo: 'no_echo',
  unsupported: 'unsupported',
};

/** Why something failed. */
export function reasonOf(error: unknown): CheckReason {
  if (error instanceof CheckError) return error.reason;
  if (isStunError(error)) {
    // The signal of a check that was given up is an abort to the STUN client; what it waited for did not come.
    if (error.code === 'aborted') return error.cause instanceof CheckError ? error.cause.reason : 'timeout';
    if (error.code === 'tls') return reasonOfCode(codeOf(error.cause)) ?? 'tls';
    return STUN[error.code] ?? 'failed';
  }
  const code = codeOf(error);
  return reasonOfCode(code) ?? (code === undefined ? 'failed' : 'unreachable');
}

/** The reason behind a code of Node, where it is known. */
export function reasonOfCode(code: string | undefined): CheckReason | undefined {
  if (code === undefined) return undefined;
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') return 'tls';
  return SYSTEM[code];
}

/** The code of an error of Node; of the first one where several addresses were tried. */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

const DETAIL_MAX_CHARACTERS = 160;

/** Words for experts: one line, without control characters, cut to a length that fits a terminal. */
export function detailOf(error: unknown): string {
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  const words = isStunError(error) && error.turnCode !== undefined ? `${error.turnCode} ${error.reason ?? ''}` : text;
  return printable(code === undefined || words.includes(code) ? words : `${code}: ${words}`);
}

/** Text of somebody else's, safe for a terminal. */
export const printable = (text: string): string =>
  text
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, DETAIL_MAX_CHARACTERS);
