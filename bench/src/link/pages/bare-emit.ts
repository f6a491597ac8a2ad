import { converse } from './conversation.ts';
import { isThere, joined } from './socket.ts';
import type { Ears, Identity, Subject } from './subject.ts';

/** Messages over a bare Socket.IO server and nothing else: the floor for a first message. */
async function join({ me, peer }: Identity, ears: Ears): Promise<Subject> {
  const socket = await joined(me);
  socket.on('message', (text: string) => {
    ears.heard(text, 'relay');
    ears.opened();
  });
  return {
    isPeerOnline: () => isThere(socket, peer),
    // The socket is open already.
    open: () => undefined,
    send: (text) => void socket.emit('pass', peer, 'message', text),
    call: () => Promise.reject(new Error('there is no media on a socket')),
    leave: () => void socket.disconnect(),
  };
}

converse(join);
