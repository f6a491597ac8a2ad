import { createHmac } from 'node:crypto';
import type { IceServer } from '@anypath/protocol';

/** Where a coturn is and the secret that it shares with us. */
export interface Coturn {
  readonly uris: readonly string[];
  readonly secret: string;
}

/**
 * Credentials for coturn's `use-auth-secret` (SPEC S2.3; draft-uberti-behave-turn-rest-00, section 2.2).
 *
 * @param coturn where it is, and the shared secret
 * @param wallet whom they are for
 * @param expiresAtSeconds when they end, Unix seconds
 * @returns an entry for `iceServers`: the username is `<expiry>:<wallet>`, the credential its HMAC-SHA1
 */
export function coturnServer(coturn: Coturn, wallet: string, expiresAtSeconds: number): IceServer {
  const username = `${expiresAtSeconds}:${wallet || 'anon'}`;
  const credential = createHmac('sha1', coturn.secret).update(username).digest('base64');
  return { urls: [...coturn.uris], username, credential };
}
