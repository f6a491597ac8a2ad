import type { Socket } from 'socket.io-client';
import { converse } from './conversation.ts';
import { followWay } from './selected-way.ts';
import { isThere, joined } from './socket.ts';
import type { Ears, Identity, Subject, Way } from './subject.ts';

/** What goes over the server. */
type Signal = { readonly description: RTCSessionDescriptionInit } | { readonly candidate: RTCIceCandidateInit };

/**
 * What people write by hand: one `RTCPeerConnection` with one ordered and reliable channel, signals over a bare
 * Socket.IO server, and `restartIce` as soon as ICE says that it is disconnected.
 */
async function join({ me, peer, iceServers }: Identity, ears: Ears): Promise<Subject> {
  const socket = await joined(me);
  const connection = new RTCPeerConnection({ iceServers });
  /** What was sent before the channel was open. */
  const early: string[] = [];
  let channel: RTCDataChannel | undefined;
  let way: Way = 'direct';
  let isShown = false;

  const use = (opened: RTCDataChannel) => {
    channel = opened;
    opened.onmessage = ({ data }) => ears.heard(String(data), way);
    opened.onopen = () => {
      followWay(connection, (found) => {
        way = found;
        ears.way(found);
      });
      for (const text of early.splice(0)) opened.send(text);
    };
  };
  const show = async () => {
    if (isShown) return;
    isShown = true;
    const camera = await ears.camera();
    for (const track of camera.getTracks()) connection.addTrack(track, camera);
  };
  connection.ondatachannel = (event) => {
    use(event.channel);
    ears.opened();
  };
  connection.ontrack = ({ streams: [stream] }) => {
    if (stream) ears.sees(stream);
    void show();
  };
  connection.oniceconnectionstatechange = () => {
    const { iceConnectionState } = connection;
    if (iceConnectionState === 'disconnected' || iceConnectionState === 'failed') connection.restartIce();
  };
  negotiate(connection, socket, { peer, isPolite: me < peer });
  return {
    isPeerOnline: () => isThere(socket, peer),
    open: () => use(connection.createDataChannel('messages')),
    send: (text) => {
      if (channel && channel.readyState !== 'connecting') channel.send(text);
      else early.push(text);
    },
    call: show,
    leave: () => {
      connection.close();
      socket.disconnect();
    },
  };
}

/** Perfect negotiation, as the WebRTC specification gives it (section 10.7). */
function negotiate(
  connection: RTCPeerConnection,
  socket: Socket,
  { peer, isPolite }: { readonly peer: string; readonly isPolite: boolean },
): void {
  let isOffering = false;
  let isIgnoring = false;
  const signal = (body: Signal) => socket.emit('pass', peer, 'signal', body);
  const describe = async () => {
    await connection.setLocalDescription();
    const description = connection.localDescription?.toJSON();
    if (description) signal({ description });
  };
  connection.onicecandidate = ({ candidate }) => {
    if (candidate) signal({ candidate: candidate.toJSON() });
  };
  connection.onnegotiationneeded = async () => {
    isOffering = true;
    await describe().finally(() => {
      isOffering = false;
    });
  };
  const onDescription = async (description: RTCSessionDescriptionInit) => {
    const isCollision = description.type === 'offer' && (isOffering || connection.signalingState !== 'stable');
    isIgnoring = !isPolite && isCollision;
    if (isIgnoring) return;
    await connection.setRemoteDescription(description);
    if (description.type === 'offer') await describe();
  };
  socket.on('signal', async (body: Signal) => {
    if ('description' in body) return onDescription(body.description);
    await connection.addIceCandidate(body.candidate).catch((error: unknown) => {
      if (!isIgnoring) console.warn(error);
    });
  });
}

converse(join);
