import '../link/servers/with-resolvers.ts';

import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { identify } from '@libp2p/identify';
import type { Stream } from '@libp2p/interface';
import { webSockets } from '@libp2p/websockets';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p, type Libp2p } from 'libp2p';
import { WebSocket } from 'ws';
import { startChild } from '../child.ts';
import { CANDIDATE } from '../signalling/clients.ts';
import { fileOf, type ServerClient, type ServerKind } from './server-kind.ts';

const PROTOCOL = '/bench/1.0.0';
/** What WebRTC signals over: a stream through the relay. */
const RELAYED = { runOnLimitedConnection: true };

/** Many connect at the same time. */
const PATIENCE_MS = 60_000;

interface NodeClient extends ServerClient {
  readonly node: Libp2p;
  /** Where its signals go. */
  stream?: Stream;
  /** Called with each signal. */
  heard?: () => void;
}

/** The WebSocket of browsers, which js-libp2p uses and Node 20 does not have. */
if (!('WebSocket' in globalThis)) Object.defineProperty(globalThis, 'WebSocket', { value: WebSocket });

/** A circuit relay: a client is a node with a reservation, and signals are messages on a stream that the relay passes on unread. */
export const libp2p: ServerKind<NodeClient> = {
  server: 'a circuit relay (@libp2p/circuit-relay-v2)',
  isCostly: true,
  start: (_folder, clients) => startChild(fileOf('libp2p'), [], { CLIENTS: String(clients) }),
  connect: async ({ url }, name) => {
    const node = await createLibp2p({
      addresses: { listen: ['/p2p-circuit'] },
      transports: [webSockets(), circuitRelayTransport({ reservationCompletionTimeout: PATIENCE_MS })],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionGater: { denyDialMultiaddr: () => false },
      connectionManager: { dialTimeout: PATIENCE_MS, addressDialTimeout: PATIENCE_MS },
      // The relay sends pings of its own to each; thousands of nodes in one process would do little else.
      connectionMonitor: { enabled: false },
      services: { identify: identify() },
    });
    const client: NodeClient = { name, node, close: () => node.stop() };
    await node.handle(PROTOCOL, (stream) => stream.addEventListener('message', () => client.heard?.()), RELAYED);
    await node.dial(multiaddr(url));
    await reserved(node);
    return client;
  },
  introduce: async ({ url }, [from, to]) => {
    const address = multiaddr(`${url}/p2p-circuit/p2p/${to.node.peerId}`);
    from.stream = await from.node.dialProtocol(address, PROTOCOL, RELAYED);
  },
  signal: async (from, to) => {
    const arrival = new Promise<void>((resolve) => {
      to.heard = resolve;
    });
    const candidate = { candidate: CANDIDATE, sdpMid: '0', sdpMLineIndex: 0 };
    from.stream?.send(new TextEncoder().encode(JSON.stringify(candidate)));
    await arrival;
  },
};

/** Resolves once a node can be reached through the relay. */
const reserved = (node: Libp2p): Promise<void> =>
  new Promise((resolve) => {
    const look = () => {
      if (node.getMultiaddrs().some((address) => address.toString().includes('/p2p-circuit'))) resolve();
    };
    node.addEventListener('self:peer:update', look);
    look();
  });
