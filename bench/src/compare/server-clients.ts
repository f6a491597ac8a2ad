import { once } from 'node:events';
import { createEvent, subscribe } from '@trystero-p2p/nostr';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { startAnypath } from '../anypath.ts';
import { startChild } from '../child.ts';
import type { SubjectName } from '../link/subjects.ts';
import { befriend, CANDIDATE, connect, signal } from '../signalling/clients.ts';
import { libp2p } from './libp2p-clients.ts';
import { fileOf, type ServerClient, type ServerKind } from './server-kind.ts';

type SocketClient = ServerClient & { readonly socket: ReturnType<typeof io> };
type WsClient = ServerClient & { readonly ws: WebSocket };

const anypath: ServerKind<SocketClient> = {
  server: 'anypath, on SQLite',
  start: (folder) => startAnypath(folder, { BEARER_ROUTE_WHITELIST: '^/api/' }),
  connect: async ({ url }, name) => {
    const socket = await connect(url, name);
    return { name, socket, close: () => void socket.disconnect() };
  },
  introduce: (server, [one, other]) => befriend(server, [one.name, other.name]),
  signal: async (from, to) => {
    await signal({ from: from.socket, to: to.socket, wallets: [from.name, to.name] });
  },
};

const bare: ServerKind<SocketClient> = {
  server: 'bare Socket.IO',
  start: () => startChild(fileOf('bare'), [], {}),
  connect: async ({ url }, name) => {
    const socket = io(url, { auth: { me: name }, forceNew: true, reconnection: false, transports: ['websocket'] });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', () => resolve());
      socket.once('connect_error', reject);
    });
    return { name, socket, close: () => void socket.disconnect() };
  },
  introduce: async () => undefined,
  signal: async (from, to) => {
    const arrival = new Promise<void>((resolve) => to.socket.once('signal', () => resolve()));
    from.socket.emit('pass', to.name, 'signal', { candidate: { candidate: CANDIDATE, sdpMid: '0', sdpMLineIndex: 0 } });
    await arrival;
  },
};

const peerjs: ServerKind<WsClient> = {
  server: 'PeerServer',
  start: (_folder, clients) => startChild(fileOf('peerjs'), [], { CLIENTS: String(clients) }),
  connect: async ({ url }, name) => {
    const ws = new WebSocket(`${url.replace('http', 'ws')}/peerjs?key=peerjs&id=${name}&token=${name}&version=1.5.5`);
    // It says OPEN.
    await once(ws, 'message');
    return { name, ws, close: () => ws.terminate() };
  },
  introduce: async () => undefined,
  signal: async (from, to) => {
    const arrival = once(to.ws, 'message');
    const payload = { candidate: { candidate: CANDIDATE, sdpMid: '0', sdpMLineIndex: 0 }, type: 'data' };
    from.ws.send(JSON.stringify({ type: 'CANDIDATE', dst: to.name, payload }));
    await arrival;
  },
};

const nostr: ServerKind<WsClient> = {
  server: 'a Nostr relay (@nostr-relay/core)',
  start: () => startChild(fileOf('nostr'), [], {}),
  connect: async ({ url }, name) => {
    const ws = new WebSocket(url.replace('http', 'ws'));
    await once(ws, 'open');
    // What Trystero asks for: what is meant for it. The relay says EOSE.
    ws.send(subscribe(name, name));
    await once(ws, 'message');
    return { name, ws, close: () => ws.terminate() };
  },
  introduce: async () => undefined,
  signal: async (from, to) => {
    const arrival = once(to.ws, 'message');
    const accepted = once(from.ws, 'message');
    from.ws.send(await createEvent(to.name, JSON.stringify({ candidate: CANDIDATE, at: performance.now() })));
    await Promise.all([arrival, accepted]);
  },
};

/** The servers of the subjects. */
export const SERVER_KINDS: Readonly<Record<SubjectName, ServerKind>> = {
  anypath,
  minimal: bare,
  peerjs,
  'simple-peer': bare,
  trystero: nostr,
  libp2p,
};
