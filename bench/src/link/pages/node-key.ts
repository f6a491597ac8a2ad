import { generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import type { Ed25519PrivateKey } from '@libp2p/interface';

/** The relay, among the names of nodes. */
export const RELAY_NAME = 'relay';

/** The key of a node that is known by its name, so that nobody has to be told the other's: how nodes find each other is not measured. */
export async function nodeKey(name: string): Promise<Ed25519PrivateKey> {
  const seed = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(name));
  return generateKeyPairFromSeed('Ed25519', new Uint8Array(seed));
}
