import { isIPv6 } from 'node:net';
import { isStunError, type TurnClient } from '@anypath/stun';
import { attempt } from '../net/bounded.ts';
import { FORBIDDEN_PEERS, type ForbiddenPeer } from './forbidden-peers.ts';
import type { AttackName, AttackRow, Judgement } from './report.ts';
import { ANSWER_MS, type AttackScene, allocateOn, answered, judged, refusalOf } from './scene.ts';

/** Any: what is asked for is never used. */
const PORT = 80;
/** The metadata, the loopback and the private network, for what is tried over TCP as well. */
const TCP_PEERS = ['10.0.0.1', '127.0.0.1', '169.254.169.254'] as const;

/**
 * Asks for permission to, and for a channel with, every address that a relay must not reach. Nothing is sent to any of them.
 *
 * @param own addresses of the server itself, which are another matter
 */
export async function attackPeers(scene: AttackScene, own: readonly string[]): Promise<AttackRow[]> {
  const peers = FORBIDDEN_PEERS.filter(({ address }) => !own.includes(address));
  const ipv4 = await opened(scene, 4);
  const ipv6 = await opened(scene, 6);
  try {
    const rows = peers.flatMap((peer) => {
      const client = isIPv6(peer.address) ? (ipv6 ?? ipv4) : (ipv4 ?? ipv6);
      return [
        tried(scene, 'permission', peer, client, (relay, address, signal) => relay.permit(address, { signal })),
        tried(scene, 'channel', peer, client, (relay, address, signal) =>
          relay.bindChannel({ address, port: PORT }, { signal }),
        ),
      ];
    });
    return await Promise.all(rows);
  } finally {
    await Promise.all([ipv4?.close(), ipv6?.close()]);
  }
}

/** Asks the server to open TCP connections to addresses that it must not reach (RFC 6062). */
export async function attackOverTcp(scene: AttackScene): Promise<AttackRow[]> {
  return Promise.all(
    TCP_PEERS.map((address) =>
      judged(scene, { attack: 'tcp_relay', subject: address }, async (signal) => {
        const client = await tcpAllocation(scene, signal);
        if (!('connect' in client)) return client;
        try {
          return await answered(client.permit(address, { signal }));
        } finally {
          await client.close();
        }
      }),
    ),
  );
}

/**
 * An allocation that relays TCP.
 *
 * @returns the refusal where the server offers none, as it should
 */
export async function tcpAllocation(scene: AttackScene, signal: AbortSignal): Promise<TurnClient | Judgement> {
  try {
    return await allocateOn(scene, signal, { transport: 'tcp', relayedTransport: 'tcp' });
  } catch (error) {
    return refusalOf(error);
  }
}

/** @returns nothing where the server relays no such addresses, or does not answer */
async function opened(scene: AttackScene, relayedFamily: 4 | 6): Promise<TurnClient | undefined> {
  const result = await attempt(scene.signal, ANSWER_MS, (signal) => allocateOn(scene, signal, { relayedFamily }));
  return result.ok ? result.value : undefined;
}

type Ask = (relay: TurnClient, address: string, signal: AbortSignal) => Promise<void>;

function tried(
  scene: AttackScene,
  attack: AttackName,
  { address, aliases = [] }: ForbiddenPeer,
  client: TurnClient | undefined,
  ask: Ask,
): Promise<AttackRow> {
  return judged(scene, { attack, subject: address }, async (signal) => {
    if (!client) throw new Error('there is no allocation to try it with');
    let last: Judgement = { outcome: 'unknown', detail: '' };
    for (const each of [address, ...aliases]) {
      last = await answered(ask(client, each, signal), each === address ? 'granted' : `granted as ${each}`);
      if (last.outcome === 'through') return last;
    }
    return last;
  });
}

/** Whether a peer was reached over TCP, or the server only failed to: nobody listens there. */
export async function connected(
  client: TurnClient,
  address: string,
  port: number,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await client.connect({ address, port }, { signal });
    return true;
  } catch (error) {
    if (isStunError(error, 'rejected')) return false;
    throw error;
  }
}
