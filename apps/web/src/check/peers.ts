import { ProbeError } from './bounded.ts';

/** Two ends of a connection within this page. */
export interface Pair {
  readonly near: RTCPeerConnection;
  readonly far: RTCPeerConnection;
  /** The near end's channel, open. */
  readonly channel: RTCDataChannel;
  close(): void;
}

/** How two ends are connected. */
export interface PairOptions {
  readonly near: RTCConfiguration;
  readonly far: RTCConfiguration;
  /** Which of the near end's candidates the far end is told. */
  readonly tells?: (candidate: RTCIceCandidate) => boolean;
}

/**
 * Connects two ends within this page, each by the servers it is given. Packets that arrive at the far end are sent back.
 *
 * @throws ProbeError `unauthorized` where TURN refuses the credentials, and `timeout` where the signal aborts first
 */
export async function connectPair(options: PairOptions, signal: AbortSignal): Promise<Pair> {
  const near = new RTCPeerConnection(options.near);
  const far = new RTCPeerConnection(options.far);
  const close = () => {
    near.close();
    far.close();
  };
  try {
    const opened = open(near, far, signal);
    exchangeCandidates(near, far, options.tells ?? (() => true));
    exchangeCandidates(far, near, () => true);
    await near.setLocalDescription();
    await far.setRemoteDescription(required(near.localDescription));
    await far.setLocalDescription();
    await near.setRemoteDescription(required(far.localDescription));
    return { near, far, channel: await opened, close };
  } catch (error) {
    close();
    throw error;
  }
}

function exchangeCandidates(
  from: RTCPeerConnection,
  to: RTCPeerConnection,
  tells: (candidate: RTCIceCandidate) => boolean,
): void {
  const waiting: RTCIceCandidate[] = [];
  // A candidate before the description that it belongs to is refused.
  const flush = () => {
    if (!to.remoteDescription) return;
    for (const candidate of waiting.splice(0)) void to.addIceCandidate(candidate).catch(() => undefined);
  };
  from.addEventListener('icecandidate', ({ candidate }) => {
    if (!candidate?.candidate || !tells(candidate)) return;
    waiting.push(candidate);
    flush();
  });
  to.addEventListener('signalingstatechange', flush);
}

function open(near: RTCPeerConnection, far: RTCPeerConnection, signal: AbortSignal): Promise<RTCDataChannel> {
  far.addEventListener('datachannel', ({ channel }) => {
    channel.addEventListener('message', ({ data }) => channel.send(data));
  });
  const channel = near.createDataChannel('check', { ordered: false, maxRetransmits: 0 });
  channel.binaryType = 'arraybuffer';
  return new Promise((resolve, reject) => {
    let refused = 0;
    channel.addEventListener('open', () => resolve(channel));
    near.addEventListener('icecandidateerror', ({ errorCode }) => {
      refused = errorCode === 401 ? errorCode : refused;
      if (errorCode === 401) reject(new ProbeError('unauthorized'));
    });
    signal.addEventListener('abort', () => reject(new ProbeError(refused === 401 ? 'unauthorized' : 'timeout')));
  });
}

function required(description: RTCSessionDescription | null): RTCSessionDescription {
  if (!description) throw new ProbeError('failed');
  return description;
}
