import { LIMITS, type RtcFailure, type RtcReport } from '@anypath/protocol';
import type { RtcTier } from '../link/path.ts';
import { AttemptLog, type AttemptTrace } from './attempt-log.ts';
import { RelayMeter } from './relay-meter.ts';
import { type RtcStats, rtcStats } from './rtc-stats.ts';
import { type SelectedPair, selectedPair } from './selected-pair.ts';

/** What an attempt tells its owner. */
export interface AttemptEvents {
  candidate(candidate: RTCIceCandidateInit): void;
  opened(tier: RtcTier): void;
  tier(tier: RtcTier): void;
  frame(bytes: Uint8Array<ArrayBuffer>): void;
  /** The connection is over; nothing follows. */
  failed(): void;
  traced(trace: AttemptTrace): void;
  /** How it went, once for each attempt; and what was relayed since, every minute. */
  reported(report: RtcReport): void;
}

/**
 * Both sides declare the same channel, so that none has to be announced: one round trip less (RFC 8832 is skipped). Messages are put in
 * order by their numbers: what is lost does not hold up what follows, acknowledgements least of all.
 */
const CHANNEL: RTCDataChannelInit = { negotiated: true, id: 0, ordered: false };

/** Text on the channel, where frames are binary: whether the sender's end of the pair is a relay's. */
const RELAYED = 'relayed';
const NOT_RELAYED = 'not relayed';

/** Candidates that arrive before the description they belong to (RFC 8838, section 9). */
const EARLY_MAX = 64;

/** Statistics lag behind the connection, in Firefox by a second or two, and it tells no change of the pair. */
const READ_TIER_AGAIN_MS = [100, 500, 2_000, 5_000] as const;

/** So much may wait in the channel before bulk data does: at 1 MB/s a message behind it waits for an eighth of a second. */
const LOW_BYTES = 128 * 1024;

/** One `RTCPeerConnection` from its first offer to its end. */
export class Attempt {
  readonly session: string;
  readonly device: string;
  /** Whether we offered it, or answered. */
  readonly role: RtcReport['role'];
  readonly #pc: RTCPeerConnection;
  readonly #channel: RTCDataChannel;
  readonly #events: AttemptEvents;
  readonly #early: RTCIceCandidateInit[] = [];
  readonly #log: AttemptLog;
  readonly #meter: RelayMeter;
  /** What the other side says of its own end of the pair. */
  #peerIsRelayed: boolean | undefined;
  #toldRelayed: boolean | undefined;
  #tier: RtcTier | undefined;
  #over = false;
  #isOffering = false;
  /** Those who wait for room, which does not come on a connection that is over. */
  #waiting: (() => void)[] = [];

  /**
   * @param session names the attempt in its signals
   * @param device the other side's device
   * @param role whether we offer it or answer
   * @param config ICE servers and policy
   * @param events told what happens
   */
  constructor(
    session: string,
    device: string,
    role: RtcReport['role'],
    config: RTCConfiguration,
    events: AttemptEvents,
  ) {
    this.session = session;
    this.device = device;
    this.role = role;
    this.#events = events;
    this.#log = new AttemptLog(role, events.traced, events.reported);
    this.#pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle', ...config });
    this.#meter = new RelayMeter(role, () => this.#pc.getStats(), events.reported);
    this.#log.watch(this.#pc);
    this.#channel = this.#pc.createDataChannel('anypath', CHANNEL);
    this.#channel.binaryType = 'arraybuffer';
    this.#watch();
  }

  /** Whether the data channel carries frames. */
  get isOpen(): boolean {
    return !this.#over && this.#channel.readyState === 'open';
  }

  /** Whether a TURN server stands between; not known before the channel is open. */
  get tier(): RtcTier | undefined {
    return this.#tier;
  }

  /** Whether our offer is out and nothing came back that opened the channel. */
  get isOffering(): boolean {
    return this.#isOffering && !this.isOpen;
  }

  /** Our description, with the candidates found so far; empty before it was made. */
  get localSdp(): string {
    return this.#pc.localDescription?.sdp ?? '';
  }

  /** Makes the offer. */
  async offer(): Promise<void> {
    this.#isOffering = true;
    await this.#pc.setLocalDescription();
  }

  /** Takes the other side's offer and makes the answer. */
  async answer(sdp: string): Promise<void> {
    await this.#pc.setRemoteDescription({ type: 'offer', sdp });
    await this.#pc.setLocalDescription();
    this.#log.reach('described');
    await this.#addEarly();
  }

  /** Takes the other side's answer; one that was already taken is ignored. */
  async accept(sdp: string): Promise<void> {
    if (this.#pc.signalingState !== 'have-local-offer') return;
    this.#log.reach('described');
    await this.#pc.setRemoteDescription({ type: 'answer', sdp });
    await this.#addEarly();
  }

  /** Takes a candidate of the other side, also before its description. */
  async addCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    this.#log.heard(candidate);
    if (!this.#pc.remoteDescription) {
      if (this.#early.length < EARLY_MAX) this.#early.push(candidate);
      return;
    }
    await this.#pc.addIceCandidate(candidate);
    await this.#readTier();
  }

  /** Sends a frame. @returns whether the channel took it */
  send(bytes: Uint8Array<ArrayBuffer>): boolean {
    if (!this.isOpen || this.#channel.bufferedAmount > LIMITS.socketQueueMaxBytes) return false;
    this.#channel.send(bytes);
    return true;
  }

  /** When little waits to be sent, or the connection is over. */
  async drained(): Promise<void> {
    if (!this.isOpen || this.#channel.bufferedAmount <= LOW_BYTES) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** Which pair of candidates carries the connection. */
  async pair(): Promise<SelectedPair | undefined> {
    return this.#over ? undefined : selectedPair(this.#pc, this.#peerIsRelayed);
  }

  /** Candidates, pair and times. */
  async stats(): Promise<RtcStats | undefined> {
    return this.#over ? undefined : rtcStats(this.#pc, this.#log, await this.pair());
  }

  /**
   * Ends the connection without telling the owner.
   *
   * @param outcome what it counts as where it has not opened: `abandoned` where nobody waits for it any more
   */
  close(outcome: 'failed' | 'abandoned' = 'abandoned', because?: RtcFailure): void {
    if (this.#over) return;
    this.#over = true;
    this.#meter.stop(() => this.#pc.close(), this.#toldRelayed !== false);
    for (const resolve of this.#waiting.splice(0)) resolve();
    this.#log.over(outcome, because);
  }

  async #addEarly(): Promise<void> {
    for (const candidate of this.#early.splice(0)) await this.#pc.addIceCandidate(candidate);
  }

  #watch(): void {
    const pc = this.#pc;
    pc.onicecandidate = ({ candidate }) => {
      // `null` marks the end of gathering for the page; the empty candidate before it is what the other side needs.
      if (candidate && !this.#over) this.#events.candidate(candidate.toJSON());
    };
    pc.onconnectionstatechange = () => {
      if (pc.connectionState === 'failed' || pc.connectionState === 'closed') this.#fail();
    };
    this.#channel.onopen = () => {
      this.#log.opened();
      this.#meter.start();
      void this.#readTier();
      for (const ms of READ_TIER_AGAIN_MS) setTimeout(() => void this.#readTier(), ms);
    };
    this.#channel.bufferedAmountLowThreshold = LOW_BYTES;
    this.#channel.onbufferedamountlow = () => {
      for (const resolve of this.#waiting.splice(0)) resolve();
    };
    this.#channel.onclose = () => this.#fail();
    this.#channel.onerror = () => this.#fail();
    this.#channel.onmessage = ({ data }) => {
      if (this.#over) return;
      if (data instanceof ArrayBuffer) return this.#events.frame(new Uint8Array(data));
      this.#peerIsRelayed = data === RELAYED;
      void this.#readTier();
    };
    pc.oniceconnectionstatechange = () => {
      const transport = pc.sctp?.transport.iceTransport;
      if (transport) transport.onselectedcandidatepairchange = () => void this.#readTier();
    };
  }

  async #readTier(): Promise<void> {
    if (!this.isOpen) return;
    const pair = await this.pair();
    if (!this.isOpen) return;
    if (pair) {
      this.#log.carriedBy(pair);
      this.#tellOwnEnd(pair.local.type === 'relay');
    }
    const tier = pair?.tier ?? 'turn';
    const before = this.#tier;
    this.#tier = tier;
    if (before === undefined) this.#events.opened(tier);
    else if (before !== tier) this.#events.tier(tier);
  }

  #tellOwnEnd(isRelayed: boolean): void {
    if (this.#toldRelayed === isRelayed) return;
    this.#toldRelayed = isRelayed;
    this.#channel.send(isRelayed ? RELAYED : NOT_RELAYED);
  }

  #fail(): void {
    if (this.#over) return;
    this.close('failed');
    this.#events.failed();
  }
}
