// First, so that the library makes its connections through it.
import './seen-connections.ts';

import SimplePeer, { type Instance } from 'simple-peer/simplepeer.min.js';
import { converse } from './conversation.ts';
import { seenConnections } from './seen-connections.ts';
import { followWay } from './selected-way.ts';
import { isThere, joined } from './socket.ts';
import type { Ears, Identity, Subject, Way } from './subject.ts';

/** Pause before something is tried again. */
const AGAIN_MS = 1_000;

/**
 * simple-peer as its README has it: whoever opens the conversation is the initiator, and signals go over a server, here Socket.IO, as they come.
 * Where it says that a connection is closed, which it leaves to the application, whoever opened it opens another.
 */
async function join({ me, peer: name, iceServers }: Identity, ears: Ears): Promise<Subject> {
  const socket = await joined(me);
  /** What was sent while there was no open connection. */
  const waiting: string[] = [];
  let peer: Instance | undefined;
  let way: Way = 'direct';
  let hasLeft = false;
  let isShown = false;

  const show = async () => {
    if (isShown) return;
    isShown = true;
    peer?.addStream(await ears.camera());
  };
  const use = (initiator: boolean): Instance => {
    const fresh = new SimplePeer({ initiator, config: { iceServers } });
    const connection = seenConnections.at(-1);
    isShown = false;
    fresh.on('signal', (data) => socket.emit('pass', name, 'signal', data));
    fresh.on('connect', () => {
      if (connection) {
        followWay(connection, (found) => {
          way = found;
          ears.way(found);
        });
      }
      for (const text of waiting.splice(0)) fresh.send(text);
    });
    fresh.on('data', (data) => ears.heard(new TextDecoder().decode(data), way));
    fresh.on('stream', (stream) => {
      ears.sees(stream);
      void show();
    });
    fresh.on('error', (error) => console.warn(error));
    fresh.on('close', () => {
      if (peer !== fresh) return;
      peer = undefined;
      if (initiator) {
        setTimeout(() => {
          if (!hasLeft) peer = use(true);
        }, AGAIN_MS);
      }
    });
    return fresh;
  };
  socket.on('signal', (data) => {
    const isNew = data.type === 'offer' && (!peer || peer.connected === false);
    if (isNew && !peer) {
      peer = use(false);
      ears.opened();
    }
    peer?.signal(data);
  });
  return {
    isPeerOnline: () => isThere(socket, name),
    open: () => {
      peer = use(true);
    },
    send: (text) => {
      if (peer?.connected) peer.send(text);
      else waiting.push(text);
    },
    call: show,
    leave: () => {
      hasLeft = true;
      peer?.destroy();
      socket.disconnect();
    },
  };
}

converse(join);
