import { isIPv6 } from 'node:net';
import type { RowOf } from '@anypath/protocol';
import { attempt, outcomeOf } from '../net/bounded.ts';
import { bindAt, type Endpoint, proxyOfEndpoint } from '../net/endpoint.ts';
import { CHECK_MS, type Scene } from '../scene.ts';
import { joined } from '../verdict/addresses.ts';

/** Asks a STUN or TURN server for this computer's address. */
export async function checkStun(scene: Scene, endpoint: Endpoint): Promise<RowOf<'stun'>> {
  const { uri, transport, port, isReference } = endpoint;
  const result = await attempt(scene.signal, CHECK_MS, (signal) => bindAt(scene, endpoint, signal));
  const viaProxy = proxyOfEndpoint(scene, endpoint) !== undefined;
  const row = { check: 'stun', subject: uri, transport, port, viaProxy, ...outcomeOf(result) } as const;
  const marked = isReference ? { ...row, isReference } : row;
  if (!result.ok) return marked;
  const { mapped, roundTripMs, transmissions } = result.value;
  return {
    ...marked,
    family: isIPv6(mapped.address) ? 6 : 4,
    mapped: joined(mapped.address, mapped.port),
    rttMs: round(roundTripMs),
    transmissions,
  };
}

/** Milliseconds to a tenth. */
export const round = (ms: number): number => Math.round(ms * 10) / 10;
