/** A data channel between two stand-ins, in one direction. */
class StandInChannel {
  readyState: RTCDataChannelState = 'connecting';
  binaryType = 'arraybuffer';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  onopen: (() => void) | undefined;
  onclose: (() => void) | undefined;
  onerror: (() => void) | undefined;
  onmessage: ((event: { data: unknown }) => void) | undefined;
  onbufferedamountlow: (() => void) | undefined;
  peer: StandInChannel | undefined;

  open(peer: StandInChannel): void {
    this.peer = peer;
    this.readyState = 'open';
    queueMicrotask(() => this.onopen?.());
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    const { peer } = this;
    const copy = typeof data === 'string' ? data : data.slice().buffer;
    queueMicrotask(() => {
      if (peer?.readyState === 'open') peer.onmessage?.({ data: copy });
    });
  }

  /** @param isOurs whether this end was closed here; the other end hears of it */
  close(isOurs: boolean): void {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    if (!isOurs) return this.onclose?.();
    queueMicrotask(() => this.peer?.close(false));
  }
}

/**
 * A stand-in for the browser's `RTCPeerConnection`, with as much of its states as a negotiator depends on (W3C WebRTC, 4.3): an answer
 * without an offer is refused, and the channels open once both sides have both descriptions. There is no network in it.
 */
export class StandInPeerConnection extends EventTarget {
  /** Every one that was made, the oldest first. */
  static readonly all: StandInPeerConnection[] = [];
  /** Whether pairs of candidates work. */
  static connects = true;
  /** Where connections end, as their statistics tell it. */
  static candidateType = 'host';

  readonly name = `pc${StandInPeerConnection.all.length}`;
  readonly channel = new StandInChannel();
  /** Candidates of the other side. */
  readonly heard: string[] = [];
  readonly sctp = null;
  readonly iceGatheringState = 'new';
  readonly iceConnectionState = 'new';
  readonly #candidateType = StandInPeerConnection.candidateType;
  signalingState: RTCSignalingState = 'stable';
  connectionState: RTCPeerConnectionState = 'new';
  localDescription: { type: string; sdp: string } | null = null;
  remoteDescription: { type: string; sdp: string } | null = null;
  onicecandidate: ((event: { candidate: unknown }) => void) | undefined;
  onconnectionstatechange: (() => void) | undefined;
  oniceconnectionstatechange: (() => void) | undefined;

  constructor() {
    super();
    StandInPeerConnection.all.push(this);
  }

  createDataChannel(): StandInChannel {
    return this.channel;
  }

  async setLocalDescription(): Promise<void> {
    this.#assertOpen();
    const isAnswer = this.signalingState === 'have-remote-offer';
    this.signalingState = isAnswer ? 'stable' : 'have-local-offer';
    this.localDescription = { type: isAnswer ? 'answer' : 'offer', sdp: this.name };
    queueMicrotask(() => this.#gather());
  }

  async setRemoteDescription(description: { type: string; sdp: string }): Promise<void> {
    this.#assertOpen();
    if (description.sdp === 'refused') throw new TypeError('the description is none');
    const isAnswer = description.type === 'answer';
    if (isAnswer && this.signalingState !== 'have-local-offer') throw new TypeError('there is no offer to answer');
    this.signalingState = isAnswer ? 'stable' : 'have-remote-offer';
    this.remoteDescription = description;
    const answerer = StandInPeerConnection.all.find(({ name }) => name === description.sdp);
    if (!isAnswer || !answerer || answerer.remoteDescription?.sdp !== this.name) return;
    if (!StandInPeerConnection.connects) return;
    this.channel.open(answerer.channel);
    answerer.channel.open(this.channel);
  }

  async addIceCandidate({ candidate }: { candidate: string }): Promise<void> {
    this.#assertOpen();
    this.heard.push(candidate);
  }

  async getStats(): Promise<Map<string, object>> {
    const end = { candidateType: this.#candidateType, protocol: 'udp' };
    const pair = { type: 'candidate-pair', localCandidateId: 'l', remoteCandidateId: 'r' };
    return new Map<string, object>([
      ['t', { type: 'transport', selectedCandidatePairId: 'p' }],
      ['p', pair],
      ['l', { ...end, type: 'local-candidate' }],
      ['r', { ...end, type: 'remote-candidate' }],
    ]);
  }

  close(): void {
    this.connectionState = 'closed';
    this.signalingState = 'closed';
    this.channel.close(true);
  }

  /** As when the browser gives up. */
  fail(): void {
    this.connectionState = 'failed';
    this.onconnectionstatechange?.();
  }

  #gather(): void {
    const line = `candidate:1 1 udp 2122 ${this.name} 5000 typ ${this.#candidateType}`;
    const candidate = {
      candidate: line,
      type: this.#candidateType,
      protocol: 'udp',
      toJSON: () => ({ candidate: line }),
    };
    this.onicecandidate?.({ candidate });
  }

  #assertOpen(): void {
    if (this.signalingState === 'closed') throw new TypeError('the connection is closed');
  }
}
