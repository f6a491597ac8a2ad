/** A node of libp2p that serves as a circuit relay, as its documentation has it, for more than the 15 reservations that it stops at by itself. */
import './with-resolvers.ts';

import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { circuitRelayServer } from '@libp2p/circuit-relay-v2';
import { identify } from '@libp2p/identify';
import { webSockets } from '@libp2p/websockets';
import { createLibp2p } from 'libp2p';
import { nodeKey, RELAY_NAME } from '../pages/node-key.ts';
import { serverSettings } from './settings.ts';

const RESERVATIONS = 10_000;

const { host, port, tls } = serverSettings();
const clients = Number(process.env['CLIENTS'] ?? RESERVATIONS);
const node = await createLibp2p({
  privateKey: await nodeKey(RELAY_NAME),
  addresses: { listen: [`/ip4/${host}/tcp/${port}${tls ? '/tls' : ''}/ws`] },
  transports: [webSockets(tls && { https: tls })],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  connectionGater: { denyDialMultiaddr: () => false },
  connectionManager: {
    maxConnections: 2 * clients,
    inboundConnectionThreshold: clients,
    maxIncomingPendingConnections: clients,
    // Many may come at the same time.
    inboundUpgradeTimeout: 60_000,
  },
  services: {
    identify: identify(),
    relay: circuitRelayServer({ reservations: { maxReservations: RESERVATIONS } }),
  },
});
const [address] = node.getMultiaddrs();
console.log(`listening on ${address}`);
