import { type DataConnection, type MediaConnection, Peer } from 'peerjs';
import { converse } from './conversation.ts';
import { followWay } from './selected-way.ts';
import type { Ears, Identity, Subject, Way } from './subject.ts';

/** Pause before something is tried again. */
const AGAIN_MS = 1_000;

/**
 * PeerJS as its documentation has it: `reconnect` where the server was lost. Who has opened the conversation opens
 * it again where PeerJS says that it is closed, which it leaves to the application.
 */
async function join({ me, peer: name, iceServers }: Identity, ears: Ears): Promise<Subject> {
  const options = { host: location.hostname, port: 443, path: '/', secure: true, config: { iceServers } };
  const peer = new Peer(me, options);
  /** What was sent while there was no open connection. */
  const waiting: string[] = [];
  let connection: DataConnection | undefined;
  let way: Way = 'direct';
  let isCaller = false;
  let isCalling = false;

  const use = (fresh: DataConnection) => {
    connection = fresh;
    fresh.on('open', () => {
      followWay(fresh.peerConnection, (found) => {
        way = found;
        ears.way(found);
      });
      for (const text of waiting.splice(0)) void fresh.send(text);
    });
    fresh.on('data', (data) => ears.heard(String(data), way));
    fresh.on('close', () => setTimeout(dial, AGAIN_MS));
  };
  const dial = () => {
    if (isCaller && !connection?.open && !peer.disconnected) use(peer.connect(name, { reliable: true }));
  };
  const ring = async () => {
    const camera = await ears.camera();
    if (!peer.disconnected) watch(peer.call(name, camera));
  };
  const watch = (call: MediaConnection) => {
    call.on('stream', (stream) => ears.sees(stream));
    call.on('close', () => {
      if (isCalling) setTimeout(ring, AGAIN_MS);
    });
  };
  peer.on('connection', (fresh) => {
    use(fresh);
    ears.opened();
  });
  peer.on('call', async (call) => {
    watch(call);
    call.answer(await ears.camera());
  });
  peer.on('disconnected', () => setTimeout(() => peer.destroyed || peer.reconnect(), AGAIN_MS));
  peer.on('error', ({ type }) => {
    if (type === 'peer-unavailable') setTimeout(dial, AGAIN_MS);
  });
  await new Promise<void>((resolve) => peer.once('open', () => resolve()));
  peer.on('open', dial);
  return {
    // It has no presence: both are there once both have joined.
    isPeerOnline: async () => true,
    open: () => {
      isCaller = true;
      dial();
    },
    send: (text) => {
      if (connection?.open) void connection.send(text);
      else waiting.push(text);
    },
    call: async () => {
      isCalling = true;
      await ring();
    },
    leave: () => peer.destroy(),
  };
}

converse(join);
