import { isStunError, type TurnClient } from '@anypath/stun';
import { isPrivateAddress } from '../verdict/addresses.ts';

/** One address of each range that a relay on the internet must not reach, the metadata of clouds among them. */
const PRIVATE_PEERS: readonly string[] = [
  '10.0.0.1',
  '100.64.0.1',
  '127.0.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '192.168.0.1',
];

/**
 * Asks a relay for permission to reach private addresses. Nothing is sent to any of them.
 *
 * @returns those that it permits; none where the relay itself lives on a private address, as one for a company does
 */
export async function allowedPeers(client: TurnClient, signal: AbortSignal): Promise<string[]> {
  if (isPrivateAddress(client.relayed.address)) return [];
  const answers = await Promise.all(PRIVATE_PEERS.map((peer) => permits(client, peer, signal)));
  return PRIVATE_PEERS.filter((_, at) => answers[at]);
}

async function permits(client: TurnClient, peer: string, signal: AbortSignal): Promise<boolean> {
  try {
    await client.permit(peer, { signal });
    return true;
  } catch (error) {
    if (isStunError(error, 'rejected')) return false;
    throw error;
  }
}
