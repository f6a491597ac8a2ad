// First, so that the library makes its connections through it.
import './seen-connections.ts';

import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2';
import { identify } from '@libp2p/identify';
import type { Stream } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { webRTC } from '@libp2p/webrtc';
import { webSockets } from '@libp2p/websockets';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { converse } from './conversation.ts';
import { nodeKey, RELAY_NAME } from './node-key.ts';
import { seenConnections } from './seen-connections.ts';
import { followWay } from './selected-way.ts';
import type { Ears, Identity, Subject, Way } from './subject.ts';

const PROTOCOL = '/bench/1.0.0';
const RELAY_HOST = 'libp2p.lab.test';
/** Pause before something is tried again. */
const AGAIN_MS = 1_000;
/** A stream over the relay is good for this much, and the sides have to say that they want it. */
const RELAYED = { runOnLimitedConnection: true };

const addressOf = async (name: string): Promise<string> => String(peerIdFromPrivateKey(await nodeKey(name)));

/**
 * js-libp2p as its documentation has it: a reservation at a circuit relay, and WebRTC by its help. The application opens a stream over the
 * relay, then one over WebRTC, since two dials to one peer at the same time become one, and sends on the better one that is open.
 */
async function join({ me, peer: name, iceServers }: Identity, ears: Ears): Promise<Subject> {
  const relay = multiaddr(`/dns4/${RELAY_HOST}/tcp/443/tls/ws/p2p/${await addressOf(RELAY_NAME)}`);
  const node = await createLibp2p({
    privateKey: await nodeKey(me),
    addresses: { listen: ['/p2p-circuit', '/webrtc'] },
    transports: [webSockets(), webRTC({ rtcConfiguration: { iceServers } }), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    services: { identify: identify() },
  });
  /** What was sent while no stream was open. */
  const waiting: string[] = [];
  const streams: { relayed: Stream | undefined; rtc: Stream | undefined } = { relayed: undefined, rtc: undefined };
  let hasLeft = false;

  const open = () => [streams.rtc, streams.relayed].find((stream) => stream?.status === 'open');
  const send = (text: string) => {
    const stream = open();
    if (stream) stream.send(new TextEncoder().encode(`${text}\n`));
    else waiting.push(text);
  };
  const use = (stream: Stream, kind: keyof typeof streams) => {
    streams[kind] = stream;
    let way: Way = 'relay';
    if (kind === 'rtc') {
      const connection = seenConnections.findLast(({ connectionState }) => connectionState === 'connected');
      way = 'direct';
      if (connection) {
        followWay(connection, (found) => {
          way = found;
          ears.way(found);
        });
      }
    } else ears.way(way);
    const decoder = new TextDecoder();
    let rest = '';
    stream.addEventListener('message', ({ data }) => {
      const lines = (rest + decoder.decode(data.subarray(), { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) ears.heard(line, way);
    });
    for (const text of waiting.splice(0)) send(text);
  };
  await node.handle(
    PROTOCOL,
    (stream, connection) => {
      use(stream, connection.limits ? 'relayed' : 'rtc');
      ears.opened();
    },
    RELAYED,
  );
  await node.dial(relay);
  const peerId = await addressOf(name);
  const addresses = {
    relayed: multiaddr(`${relay}/p2p-circuit/p2p/${peerId}`),
    rtc: multiaddr(`${relay}/p2p-circuit/webrtc/p2p/${peerId}`),
  };
  const dial = async (kind: keyof typeof streams): Promise<void> => {
    try {
      const connection = await node.dial(addresses[kind], { force: true });
      const stream = await connection.newStream(PROTOCOL, RELAYED);
      use(stream, connection.limits ? 'relayed' : 'rtc');
      stream.addEventListener('close', () => setTimeout(again, AGAIN_MS, kind));
    } catch (error) {
      console.warn(error);
      setTimeout(again, AGAIN_MS, kind);
    }
  };
  const again = (kind: keyof typeof streams) => {
    if (!hasLeft) void dial(kind);
  };
  const isReachable = () => node.getMultiaddrs().some((address) => address.toString().includes('/p2p-circuit'));
  await new Promise<void>((resolve) => {
    const look = () => {
      if (isReachable()) resolve();
    };
    node.addEventListener('self:peer:update', look);
    look();
  });
  return {
    // It has no presence: both are there once both have their reservation.
    isPeerOnline: async () => true,
    open: () => void dial('relayed').then(() => dial('rtc')),
    send,
    call: () => Promise.reject(new Error('js-libp2p carries no media')),
    leave: () => {
      hasLeft = true;
      void node.stop();
    },
  };
}

converse(join);
