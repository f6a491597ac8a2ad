import type { CheckTransport } from '@anypath/protocol';
import { type BindingResult, bind, type IceUri, parseIceUri, TurnClient, type TurnCredentials } from '@anypath/stun';
import { proxyOf, type Scene } from '../scene.ts';
import { joined } from '../verdict/addresses.ts';
import { CheckError } from './reason.ts';
import { openTcp } from './tunnel.ts';

/** A STUN or TURN server at one port over one transport. */
export interface Endpoint {
  /** As it was given. */
  readonly uri: string;
  readonly host: string;
  readonly port: number;
  readonly transport: CheckTransport;
  /** For TURN, where there are any. */
  readonly credentials: TurnCredentials | undefined;
  /** A server elsewhere that was named for comparison. */
  readonly isReference: boolean;
}

/**
 * The endpoint of a URI.
 *
 * @throws StunError `invalid_uri`, `unsupported` (DTLS)
 */
export function endpointOf(uri: string, credentials?: TurnCredentials, isReference = false): Endpoint {
  const { host, port, transport } = parseIceUri(uri);
  if (transport === 'dtls') throw new CheckError('unsupported', 'TURN over DTLS is not something browsers use');
  return { uri, host, port, transport, credentials, isReference };
}

/** Whether an endpoint relays, and does not only say addresses. */
export const isTurn = ({ uri }: Endpoint): boolean => uri.toLowerCase().startsWith('turn');

/** What two URIs have in common that lead to the same port in the same way. */
export const keyOf = ({ host, port, transport }: Endpoint): string => `${joined(host, port)} ${transport}`;

/** How it is reached: UDP never through a proxy. */
export const proxyOfEndpoint = (scene: Scene, { host, port, transport }: Endpoint): string | undefined =>
  transport === 'udp' ? undefined : proxyOf(scene, host, port);

/** The first retransmission over UDP: the deadline is short, and a second request does no harm. */
const RTO_MS = 250;

const partsFor = ({ host, port, transport }: Endpoint, scheme: 'stun' | 'turn'): IceUri => ({
  scheme,
  host,
  port,
  transport,
});

async function streamFor(scene: Scene, endpoint: Endpoint, signal: AbortSignal) {
  const proxy = proxyOfEndpoint(scene, endpoint);
  return proxy === undefined
    ? {}
    : { stream: await openTcp({ host: endpoint.host, port: endpoint.port, proxy }, signal) };
}

/** A STUN binding, through the proxy where there is one. @throws as `bind` and `openTcp` */
export async function bindAt(scene: Scene, endpoint: Endpoint, signal: AbortSignal): Promise<BindingResult> {
  const options = { signal, timeoutMs: Infinity, rtoMs: RTO_MS, ...(await streamFor(scene, endpoint, signal)) };
  return bind(partsFor(endpoint, 'stun'), options);
}

/**
 * An allocation, through the proxy where there is one.
 *
 * @param relayedFamily of its address; the server chooses where it is left out
 * @throws as `TurnClient.allocate` and `openTcp`
 */
export async function allocateAt(
  scene: Scene,
  endpoint: Endpoint,
  signal: AbortSignal,
  relayedFamily?: 4 | 6,
): Promise<TurnClient> {
  if (!endpoint.credentials) throw new CheckError('not_tried', 'there are no credentials');
  const stream = await streamFor(scene, endpoint, signal);
  const options = { signal, timeoutMs: Infinity, rtoMs: RTO_MS, relayedFamily, ...stream };
  return TurnClient.allocate(partsFor(endpoint, 'turn'), endpoint.credentials, options);
}
