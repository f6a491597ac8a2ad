import { joinRoom, type MessageAction, type Room } from '@trystero-p2p/nostr';
import { converse } from './conversation.ts';
import { followWay } from './selected-way.ts';
import type { Ears, Identity, Subject, Way } from './subject.ts';

/**
 * Trystero as its README has it, over a relay of our own: both sides join a room, and whoever is there is a peer. The side that waits has
 * joined it before; the other has its connection to the relay from a lobby, as whoever shows presence has.
 */
async function join({ me, peer: name, iceServers }: Identity, ears: Ears): Promise<Subject> {
  const config = {
    appId: 'bench',
    relayConfig: { urls: [`wss://${location.hostname}/`] },
    rtcConfig: { iceServers },
  };
  /** What was sent while nobody was there. */
  const waiting: string[] = [];
  let peerId: string | undefined;
  let way: Way = 'direct';
  let room: Room | undefined;
  let talk: MessageAction<string> | undefined;
  let isShown = false;

  const show = async () => {
    if (isShown || !room) return;
    isShown = true;
    room.addStream(await ears.camera());
  };
  const enter = (roomId: string) => {
    room = joinRoom(config, roomId);
    talk = room.makeAction<string>('talk');
    talk.onMessage = (text) => ears.heard(text, way);
    room.onPeerStream = (stream) => {
      ears.sees(stream);
      void show();
    };
    room.onPeerJoin = (id) => {
      peerId = id;
      const connection = room?.getPeers()[id];
      if (connection) {
        followWay(connection, (found) => {
          way = found;
          ears.way(found);
        });
      }
      ears.opened();
      for (const text of waiting.splice(0)) void talk?.send(text, { target: id });
    };
    room.onPeerLeave = (id) => {
      if (id === peerId) peerId = undefined;
    };
  };
  const isCaller = me.startsWith('caller');
  const lobby = isCaller ? joinRoom(config, `lobby of ${me}`) : undefined;
  if (!isCaller) enter(`${name} ${me}`);
  return {
    // It has no presence beside its rooms: both are there once both have joined.
    isPeerOnline: async () => true,
    open: () => enter(`${me} ${name}`),
    send: (text) => {
      if (peerId === undefined) waiting.push(text);
      else void talk?.send(text, { target: peerId });
    },
    call: show,
    leave: () => {
      void room?.leave();
      void lobby?.leave();
    },
  };
}

converse(join);
