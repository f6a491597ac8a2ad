import { AnypathError, type CallHeader, type ErrorCode, isErrorCode, type RtcReport } from '@anypath/protocol';
import { Events } from '../emitter.ts';
import type { SelectedPair } from '../rtc/selected-pair.ts';
import {
  type CallEffect,
  type CallEvent,
  type CallPhase,
  type CallState,
  calling,
  type EndReason,
  ringing,
} from './call-state.ts';
import { callStep } from './call-step.ts';
import { type CallMedia, type Captured, captured, capturedScreen, release } from './capture.ts';
import { Media } from './media.ts';
import { decodeWord, encodeWord, HangupBody, MutedBody } from './words.ts';

/** What a call tells. */
export interface CallEvents {
  /** It rings over there, was accepted, or is over. */
  phase(phase: CallPhase): void;
  /** It is over; nothing follows. */
  ended(reason: EndReason): void;
  /** A track of the other side came into `remote`: at the beginning, when it adds one, and when media has moved to another path. */
  track(track: MediaStreamTrack): void;
  /** A track of the other side left `remote`. */
  removed(track: MediaStreamTrack): void;
  /** The other side muted itself, or does not any more. */
  muted(kind: 'audio' | 'video', muted: boolean): void;
  /** Our own tracks have changed: `local` holds others now. */
  local(): void;
}

/** What a call needs from the link that it belongs to. */
export interface CallHome {
  readonly peer: string;
  /** Our device. */
  readonly self: string;
  config(): Promise<RTCConfiguration>;
  /** What was relayed. */
  report(report: RtcReport): void;
  /** Says something to a device of the other side. */
  say(call: Call, device: string, word: CallHeader['say'], body: Uint8Array): void;
  /** Leaves a message for the other side that nobody took the call. */
  leaveMissed(call: Call): void;
  ended(call: Call): void;
}

/** What somebody wants to send. */
export interface Wanted {
  readonly audio: boolean;
  readonly video: boolean;
}

/** How long it rings where the application does not say, milliseconds. */
export const RING_MS = 45_000;
/** Who is called hears of the end from the caller, and by itself only where that one has vanished. */
const RING_GRACE_MS = 5_000;

/** A call with somebody, from its first ring to its end. The application holds it, and shows what it tells. */
export class Call extends Events<CallEvents> {
  /** Its name (ULID); where both sides call each other at once, it becomes that of the other side's call. */
  id: string;
  /** The other side. */
  readonly peer: string;
  /** Who called. */
  readonly direction: 'outgoing' | 'incoming';
  /** What the caller wanted to send when it called. */
  readonly wanted: Wanted;
  /** What the other side sends. One stream for the whole call, so that a `video` element can keep it; its tracks change. */
  readonly remote: MediaStream;
  readonly #home: CallHome;
  readonly #own = new Set<MediaStreamTrack>();
  #local: MediaStream;
  #camera: MediaStreamTrack | undefined;
  #screen: MediaStreamTrack | undefined;
  readonly #mutedKinds = new Set<'audio' | 'video'>();
  #state: CallState;
  #media: Media | undefined;
  #ringTimer: ReturnType<typeof setTimeout> | undefined;

  /** @internal Calls are made by `Link.call`, or come by its event `call`. */
  constructor(
    home: CallHome,
    options: { readonly id: string; readonly wanted: Wanted; readonly ringMs: number } & (
      | { readonly from: string }
      | { readonly media: Captured }
    ),
  ) {
    super();
    this.#home = home;
    this.id = options.id;
    this.peer = home.peer;
    this.wanted = options.wanted;
    this.direction = 'from' in options ? 'incoming' : 'outgoing';
    this.#state = 'from' in options ? ringing(options.from) : calling;
    this.remote = new MediaStream();
    this.#local = new MediaStream();
    if ('media' in options) this.#send(options.media);
    const graceMs = this.direction === 'incoming' ? RING_GRACE_MS : 0;
    this.#ringTimer = setTimeout(() => this.step({ type: 'timeout' }), options.ringMs + graceMs);
  }

  /** Where it stands. */
  get phase(): CallPhase {
    return this.#state.phase;
  }

  /** Why it is over; none before. */
  get reason(): EndReason | undefined {
    return this.#state.reason;
  }

  /** What went wrong where it has failed, such as `fingerprint_mismatch`. */
  get error(): ErrorCode | undefined {
    return this.#state.error;
  }

  /** What we send: for a small picture of ourselves. */
  get local(): MediaStream {
    return this.#local;
  }

  /** Whether we share a screen. */
  get isSharing(): boolean {
    return this.#screen !== undefined;
  }

  /**
   * Takes a call that rings here.
   *
   * @param media what we send: microphone and camera as the caller wants to where it is left out, or a stream of the application
   * @throws AnypathError `media_refused`, `media_unavailable`; it goes on ringing then. `call_ended` where it is over meanwhile
   */
  async accept(media: CallMedia | MediaStream = this.wanted): Promise<void> {
    this.take(await captured(media));
  }

  /** @internal Takes the call, with what was opened for it. */
  take(own: Captured): void {
    if (this.phase !== 'ringing') {
      release(own);
      throw new AnypathError('call_ended');
    }
    this.#send(own);
    this.step({ type: 'accept' });
  }

  /** Does not take a call that rings here; it stops ringing on our other devices too. */
  decline(): void {
    if (this.phase === 'ringing') this.step({ type: 'decline' });
  }

  /** Ends the call, or gives up calling. The one who was called is left a message then that the call was missed. */
  hangup(): void {
    this.step({ type: 'hangup' });
  }

  /** Sends one more track. It stays the application's: it is not stopped with the call. @throws AnypathError `call_ended` */
  addTrack(track: MediaStreamTrack): void {
    this.#assertGoing();
    if (this.#local.getTracks().includes(track)) return;
    this.#local.addTrack(track);
    this.#media?.add(track);
    this.emit('local');
  }

  /** Stops sending a track. */
  removeTrack(track: MediaStreamTrack): void {
    this.#local.removeTrack(track);
    this.#media?.remove(track);
    if (this.#own.delete(track)) track.stop();
    this.emit('local');
  }

  /** Sends another track in place of one, of the same kind and without an interruption. @throws AnypathError `call_ended` */
  async replaceTrack(track: MediaStreamTrack, by: MediaStreamTrack): Promise<void> {
    this.#assertGoing();
    await this.#swap(track, by);
    if (this.#own.delete(track)) track.stop();
  }

  /** Sends silence, or a black picture, or what there is again; the other side is told. */
  mute(kind: 'audio' | 'video', muted = true): void {
    if (muted) this.#mutedKinds.add(kind);
    else this.#mutedKinds.delete(kind);
    for (const track of this.#local.getTracks()) if (track.kind === kind) track.enabled = !muted;
    const { device } = this.#state;
    if (device) this.#home.say(this, device, 'muted', encodeWord({ kind, muted }));
  }

  /** Whether we are muted. */
  isMuted(kind: 'audio' | 'video'): boolean {
    return this.#mutedKinds.has(kind);
  }

  /**
   * Shows a screen or a window in place of the camera, until `stopSharing` or until the user ends it in the browser.
   *
   * @throws AnypathError `media_refused`, `media_unavailable`, `call_ended`
   */
  async shareScreen(options: DisplayMediaStreamOptions = { video: true }): Promise<void> {
    this.#assertGoing();
    const [screen] = (await capturedScreen(options)).getVideoTracks();
    if (!screen) throw new AnypathError('media_unavailable');
    if (this.phase === 'ended') screen.stop();
    this.#assertGoing();
    await this.stopSharing();
    screen.onended = () => void this.stopSharing();
    this.#screen = screen;
    this.#camera = this.#local.getVideoTracks()[0];
    if (this.#camera) await this.#swap(this.#camera, screen);
    else this.addTrack(screen);
  }

  /** Shows the camera again, or nothing where there was none. */
  async stopSharing(): Promise<void> {
    const screen = this.#screen;
    const camera = this.#camera;
    if (!screen) return;
    this.#screen = undefined;
    this.#camera = undefined;
    if (camera) await this.#swap(screen, camera);
    else this.removeTrack(screen);
    screen.stop();
  }

  /**
   * Changes to another microphone or camera.
   *
   * @param deviceId as `navigator.mediaDevices.enumerateDevices` tells it
   * @throws AnypathError `media_refused`, `media_unavailable`, `call_ended`
   */
  async useDevice(kind: 'audio' | 'video', deviceId: string): Promise<void> {
    this.#assertGoing();
    const { stream } = await captured({ [kind]: { deviceId: { exact: deviceId } } });
    const [fresh] = stream.getTracks();
    if (!fresh) throw new AnypathError('media_unavailable');
    if (this.phase === 'ended') fresh.stop();
    this.#assertGoing();
    this.#adopt(fresh);
    const isHidden = kind === 'video' && this.#screen !== undefined;
    const old = isHidden ? this.#camera : this.#local.getTracks().find((track) => track.kind === kind);
    if (isHidden) this.#camera = fresh;
    else if (old) await this.#swap(old, fresh);
    else this.addTrack(fresh);
    if (old && this.#own.delete(old)) old.stop();
  }

  /** The pair of candidates that carries media, as far as this side's browser tells; none before there is one. */
  async selectedPair(): Promise<SelectedPair | undefined> {
    return this.#media?.pair();
  }

  /** The browser's own statistics of the connection that carries media; none before there is one. */
  async stats(): Promise<RTCStatsReport | undefined> {
    return this.#media?.stats();
  }

  /** @internal Something happened. */
  step(event: CallEvent): void {
    const before = this.#state.phase;
    const { state, effects } = callStep(this.#state, event);
    this.#state = state;
    if (before !== state.phase && (state.phase === 'active' || state.phase === 'ended')) clearTimeout(this.#ringTimer);
    for (const effect of effects) this.#perform(effect);
    if (before !== state.phase) this.emit('phase', state.phase);
    if (before !== 'ended' && state.phase === 'ended') this.#finish(state.reason as EndReason);
  }

  /** @internal A device of the other side says something. */
  heard(device: string, word: CallHeader['say'], body: Uint8Array): void {
    switch (word) {
      case 'rings':
      case 'accept':
      case 'decline':
      case 'busy':
      case 'taken':
        return this.step({ type: 'heard', device, say: word });
      case 'hangup':
        return this.#onHangup(device, body);
      case 'describe':
      case 'candidate':
        if (device === this.#state.device) this.#media?.heard(word, body);
        return;
      case 'muted':
        if (device === this.#state.device) this.#onMuted(body);
    }
  }

  /** @internal The link has lost its path. */
  pathLost(): void {
    this.#media?.suspect();
  }

  /** @internal There are fresh credentials for TURN. */
  renewed(): void {
    void this.#media?.renewed();
  }

  #perform(effect: CallEffect): void {
    switch (effect.do) {
      case 'say': {
        const body = effect.say === 'hangup' ? { error: effect.error } : undefined;
        for (const device of effect.to) this.#home.say(this, device, effect.say, encodeWord(body));
        return;
      }
      case 'rename':
        this.id = effect.id;
        return;
      case 'media':
        return this.#begin(effect.device, effect.offers);
      case 'leave-missed':
        return this.#home.leaveMissed(this);
      case 'ended':
        return;
    }
  }

  #begin(device: string, offers: boolean): void {
    const kinds = (['audio', 'video'] as const).filter((kind) => this.wanted[kind]);
    const say = (word: CallHeader['say'], body: unknown) => this.#home.say(this, device, word, encodeWord(body));
    const home = {
      self: this.#home.self,
      device,
      config: () => this.#home.config(),
      report: (report: RtcReport) => this.#home.report(report),
      say,
      track: (track: MediaStreamTrack) => {
        // The same track over another connection may have the same id, of which a stream takes one alone.
        const twin = this.remote.getTrackById(track.id);
        if (twin) this.remote.removeTrack(twin);
        this.remote.addTrack(track);
        this.emit('track', track);
      },
      removed: (track: MediaStreamTrack) => {
        this.remote.removeTrack(track);
        this.emit('removed', track);
      },
      failed: (error: ErrorCode) => this.step({ type: 'failed', error }),
      lost: () => this.step({ type: 'heard', device, say: 'gone' }),
    };
    this.#media = new Media(home, this.#local, this.direction === 'incoming' ? kinds : []);
    if (offers) void this.#media.renew();
    for (const kind of this.#mutedKinds) say('muted', { kind, muted: true });
  }

  #onHangup(device: string, bytes: Uint8Array): void {
    const body = decodeWord(HangupBody, bytes);
    if (body?.gone) return this.step({ type: 'heard', device, say: 'gone' });
    const error = isErrorCode(body?.error) ? body.error : undefined;
    this.step({ type: 'heard', device, say: 'hangup', ...(error && { error }) });
  }

  #onMuted(bytes: Uint8Array): void {
    const body = decodeWord(MutedBody, bytes);
    if (!body) return;
    this.#media?.changed();
    this.emit('muted', body.kind, body.muted);
  }

  #send({ stream, isOurs }: Captured): void {
    for (const track of stream.getTracks()) {
      if (isOurs) this.#adopt(track);
      this.#local.addTrack(track);
      if (this.#mutedKinds.has(track.kind as 'audio' | 'video')) track.enabled = false;
    }
  }

  /** A track of ours is stopped with the call, and replaced where its device is unplugged. */
  #adopt(track: MediaStreamTrack): void {
    this.#own.add(track);
    track.onended = () => {
      const kind = track.kind as 'audio' | 'video';
      if (this.phase !== 'ended' && this.#own.has(track)) void this.useDevice(kind, 'default').catch(() => undefined);
    };
  }

  async #swap(track: MediaStreamTrack, by: MediaStreamTrack): Promise<void> {
    by.enabled = !this.#mutedKinds.has(by.kind as 'audio' | 'video');
    this.#local.removeTrack(track);
    this.#local.addTrack(by);
    await this.#media?.replace(track, by);
    this.emit('local');
  }

  #assertGoing(): void {
    if (this.phase === 'ended') throw new AnypathError('call_ended');
  }

  #finish(reason: EndReason): void {
    this.#media?.close();
    for (const track of this.remote.getTracks()) this.remote.removeTrack(track);
    for (const track of this.#own) track.stop();
    this.#own.clear();
    this.#screen?.stop();
    this.#home.ended(this);
    this.emit('ended', reason);
  }
}
