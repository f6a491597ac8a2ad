import type { RtcReport } from '@anypath/protocol';
import { fingerprintsOf, ownFingerprints } from './fingerprint.ts';
import { RelayMeter } from './relay-meter.ts';
import { type SelectedPair, selectedPair } from './selected-pair.ts';

/** What a connection for media tells its owner. */
export interface MediaConnectionEvents {
  /** To be told to the other side. */
  described(description: { type: 'offer' | 'answer'; sdp: string; fingerprints: string[] }): void;
  candidate(candidate: RTCIceCandidateInit): void;
  /** Right before the first answer to the other side's offer: our tracks are to be added. */
  attach(): void;
  connected(): void;
  /** The other side sends a track, or stops sending it. */
  track(track: MediaStreamTrack): void;
  removed(track: MediaStreamTrack): void;
  /** It will not carry anything, or not any more. */
  failed(): void;
  /** What was relayed, every minute. */
  reported(report: RtcReport): void;
}

/** An offer that nobody answers, and a connection that does not come about, milliseconds. */
const OPEN_MS = 10_000;

/** Candidates that arrive before the description they belong to (RFC 8838, section 9). */
const EARLY_MAX = 64;

/**
 * One `RTCPeerConnection` for media, negotiated by the rules of "perfect negotiation" (W3C WebRTC, section 10.7): both sides may offer at
 * any time; where offers meet, the polite one rolls its own back.
 */
export class MediaConnection {
  readonly #pc: RTCPeerConnection;
  readonly #certificate: RTCCertificate | undefined;
  readonly #isPolite: boolean;
  readonly #events: MediaConnectionEvents;
  readonly #meter: RelayMeter;
  readonly #early: RTCIceCandidateInit[] = [];
  #isMakingOffer = false;
  #isSettingAnswer = false;
  #isIgnoringOffer = false;
  /** Who answers adds its tracks to what the first offer brings, and offers nothing before. */
  #mayOffer: boolean;
  #over = false;
  #wasConnected = false;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param offers whether we begin
   * @param isPolite whether our offers give way
   */
  constructor(
    config: RTCConfiguration,
    { offers, isPolite }: { readonly offers: boolean; readonly isPolite: boolean },
    events: MediaConnectionEvents,
  ) {
    this.#certificate = config.certificates?.[0];
    this.#isPolite = isPolite;
    this.#mayOffer = offers;
    this.#events = events;
    this.#pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle', ...config });
    this.#meter = new RelayMeter(offers ? 'offer' : 'answer', () => this.#pc.getStats(), events.reported);
    this.#watch();
  }

  /** Whether media flows, as far as the browser knows. */
  get isConnected(): boolean {
    return !this.#over && this.#pc.connectionState === 'connected';
  }

  /** Sends a track, with others of the same stream in step. */
  add(track: MediaStreamTrack, stream: MediaStream): void {
    if (!this.#over) this.#pc.addTrack(track, stream);
  }

  /** Receives a kind of track that we do not send ourselves. */
  expect(kind: 'audio' | 'video'): void {
    if (!this.#over) this.#pc.addTransceiver(kind, { direction: 'recvonly' });
  }

  remove(track: MediaStreamTrack): void {
    const sender = this.#senderOf(track);
    if (sender && !this.#over) this.#pc.removeTrack(sender);
  }

  /** Sends one track in place of another, without a negotiation (W3C WebRTC, `replaceTrack`). */
  async replace(track: MediaStreamTrack, by: MediaStreamTrack): Promise<void> {
    if (!this.#over) await this.#senderOf(track)?.replaceTrack(by);
  }

  /** Takes a description of the other side, whose fingerprints have been compared. */
  async take(type: 'offer' | 'answer', sdp: string): Promise<void> {
    const pc = this.#pc;
    const isReady = !this.#isMakingOffer && (pc.signalingState === 'stable' || this.#isSettingAnswer);
    this.#isIgnoringOffer = type === 'offer' && !isReady && !this.#isPolite;
    if (this.#isIgnoringOffer || this.#over) return;
    // The answer to an offer that was rolled back, or was answered before.
    if (type === 'answer' && pc.signalingState !== 'have-local-offer') return;
    try {
      this.#isSettingAnswer = type === 'answer';
      // Rolls our own offer back where there is one.
      await pc.setRemoteDescription({ type, sdp });
      this.#isSettingAnswer = false;
      if (type === 'offer') await this.#answer();
      for (const early of this.#early.splice(0)) await this.addCandidate(early);
    } catch {
      this.#isSettingAnswer = false;
      this.#fail();
    }
  }

  async addCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    if (this.#over) return;
    if (!this.#pc.remoteDescription) {
      if (this.#early.length < EARLY_MAX) this.#early.push(candidate);
      return;
    }
    // One that the browser refuses is one path less; those of an offer that was ignored are to be refused.
    await this.#pc.addIceCandidate(candidate).catch(() => undefined);
  }

  /** The pair of candidates that carries it, where there is one. */
  async pair(): Promise<SelectedPair | undefined> {
    return this.#over ? undefined : selectedPair(this.#pc);
  }

  async stats(): Promise<RTCStatsReport> {
    return this.#pc.getStats();
  }

  /** Ends the connection without telling the owner. */
  close(): void {
    this.#over = true;
    clearTimeout(this.#deadline);
    this.#meter.stop(() => this.#pc.close());
  }

  #senderOf(track: MediaStreamTrack): RTCRtpSender | undefined {
    return this.#pc.getSenders().find((sender) => sender.track === track);
  }

  async #answer(): Promise<void> {
    if (!this.#mayOffer) {
      this.#events.attach();
      this.#mayOffer = true;
    }
    await this.#pc.setLocalDescription();
    this.#describe();
  }

  async #offer(): Promise<void> {
    if (!this.#mayOffer || this.#over) return;
    try {
      this.#isMakingOffer = true;
      await this.#pc.setLocalDescription();
      this.#describe();
      this.#arm();
    } catch {
      this.#fail();
    } finally {
      this.#isMakingOffer = false;
    }
  }

  #describe(): void {
    const description = this.#pc.localDescription;
    if (this.#over || !description || description.type === 'rollback' || description.type === 'pranswer') return;
    const { type, sdp } = description;
    if (fingerprintsOf(sdp).length === 0) return;
    this.#events.described({ type, sdp, fingerprints: ownFingerprints(this.#certificate, sdp) });
  }

  #watch(): void {
    const pc = this.#pc;
    pc.onnegotiationneeded = () => void this.#offer();
    pc.onsignalingstatechange = () => this.#settle();
    pc.onicecandidate = ({ candidate }) => {
      if (candidate && !this.#over) this.#events.candidate(candidate.toJSON());
    };
    pc.onconnectionstatechange = () => {
      if (pc.connectionState === 'failed' || pc.connectionState === 'disconnected') return this.#fail();
      if (pc.connectionState !== 'connected' || this.#over) return;
      this.#settle();
      this.#meter.start();
      if (!this.#wasConnected) this.#events.connected();
      this.#wasConnected = true;
    };
    pc.ontrack = ({ track, streams }) => {
      for (const stream of streams)
        stream.onremovetrack = ({ track: gone }) => {
          if (!this.#over) this.#events.removed(gone);
        };
      if (!this.#over) this.#events.track(track);
    };
    if (!this.#mayOffer) this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#fail(), OPEN_MS);
  }

  /** What was waited for has come: an answer, and the connection. */
  #settle(): void {
    if (this.#pc.signalingState === 'stable' && this.#pc.connectionState === 'connected') clearTimeout(this.#deadline);
  }

  #fail(): void {
    if (!this.#over) this.#events.failed();
  }
}
