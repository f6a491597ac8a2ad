import type { ProviderName } from '@anypath/protocol';
import * as v from 'valibot';
import type { TurnServer } from './provider.ts';

/** Credentials that a provider's API issued. */
export interface IssuedCredentials {
  /** At least one. */
  readonly servers: readonly TurnServer[];
  /** Unix time, milliseconds. */
  readonly expiresAtMs: number;
}

/** The API of a provider of TURN credentials. */
export interface CredentialApi {
  readonly name: ProviderName;
  /**
   * Asks for credentials. Nothing about a wallet goes with the question.
   *
   * @param ttlSeconds lifetime that is wished for; the provider's own limit is kept
   * @param signal ends the call
   * @throws ProviderError
   */
  request(ttlSeconds: number, signal: AbortSignal): Promise<IssuedCredentials>;
}

/** Far above what any provider lists, which is less than ten. */
const MAX_LISTED = 32;

const IceEntry = v.object({
  url: v.optional(v.string()),
  urls: v.optional(v.union([v.string(), v.pipe(v.array(v.string()), v.maxLength(MAX_LISTED))])),
  username: v.optional(v.string()),
  credential: v.optional(v.string()),
});

/** The TURN servers in a list of `iceServers`: what is not a TURN URI, or has no credentials, is left out. */
export const TurnServers = v.pipe(
  v.array(IceEntry),
  v.maxLength(MAX_LISTED),
  v.transform((entries) => entries.flatMap(turnServersOf)),
  v.minLength(1),
);

function turnServersOf({ url, urls, username, credential }: v.InferOutput<typeof IceEntry>): TurnServer[] {
  if (!username || !credential) return [];
  const listed = [urls ?? url ?? []].flat();
  return listed.filter(isTurnUri).map((turnUrl) => ({ url: turnUrl, username, credential }));
}

/** Whether a text is a TURN URI (RFC 7065), without user info. */
function isTurnUri(text: string): boolean {
  const found = /^turns?:(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?(?:\?transport=(?:udp|tcp))?$/i.exec(text);
  if (!found || text.length > 300) return false;
  const port = Number(found[1] ?? 3478);
  return port >= 1 && port <= 65_535;
}
