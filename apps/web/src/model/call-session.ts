import type { Call, CallPhase, ErrorCode } from '@anypath/client';
import { signal } from '@preact/signals';
import { codeOf } from './error-code.ts';
import { type FlowState, flowed, noFlow } from './media-flow.ts';
import { type MediaPath, mediaFacts } from './media-path.ts';
import type { OwnMedia, Sending } from './own-media.ts';

/** How often the browser is asked how media flows, milliseconds. */
const LOOK_EVERY_MS = 500;

/** What the person sends. */
export interface Own {
  readonly audio: Sending;
  readonly video: Sending;
  readonly isSharing: boolean;
  /** Which microphone and camera, by the browser's names; those of a shared screen and of an empty picture are no device's. */
  readonly audioId: string | undefined;
  readonly videoId: string | undefined;
}

const NOTHING_SENT: Own = { audio: 'none', video: 'none', isSharing: false, audioId: undefined, videoId: undefined };

/** What the other side sends. */
export interface Theirs {
  readonly hasVideo: boolean;
  readonly mutedAudio: boolean;
  readonly mutedVideo: boolean;
}

/** What the person was about to do when something went wrong. */
export type Deed = 'microphone' | 'camera' | 'screen';

/** Something that did not work, and does not end the call. */
export interface CallProblem {
  readonly deed: Deed;
  readonly code: ErrorCode;
}

/** One call as the page shows it. */
export class CallSession {
  readonly call: Call;
  readonly phase;
  /** When somebody accepted, Unix milliseconds. */
  readonly talkingSince = signal<number | undefined>(undefined);
  readonly own = signal<Own>(NOTHING_SENT);
  readonly theirs = signal<Theirs>({ hasVideo: false, mutedAudio: false, mutedVideo: false });
  readonly flow = signal<FlowState>('waiting');
  readonly path = signal<MediaPath | undefined>(undefined);
  readonly problem = signal<CallProblem | undefined>(undefined);
  /** When it began, Unix milliseconds. */
  readonly at = Date.now();
  readonly #media: OwnMedia;
  #flow = noFlow;
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #doing = new Map<'sound' | 'picture', Promise<void>>();
  readonly #waiting = new Set<'sound' | 'picture'>();
  #wasSharing = false;

  /** @param media what we send in it */
  constructor(call: Call, media: OwnMedia) {
    this.call = call;
    this.#media = media;
    this.phase = signal<CallPhase>(call.phase);
    call.on('phase', (phase) => this.#onPhase(phase));
    call.on('track', () => this.#readTheirs());
    call.on('removed', () => this.#readTheirs());
    call.on('local', () => this.#onLocal());
    call.on('muted', (kind, muted) => {
      this.theirs.value = { ...this.theirs.peek(), [kind === 'audio' ? 'mutedAudio' : 'mutedVideo']: muted };
    });
    this.#onPhase(call.phase);
  }

  get peer(): string {
    return this.call.peer;
  }

  /** Whether the caller wanted to see and be seen. */
  get isVideo(): boolean {
    return this.call.wanted.video;
  }

  toggleMicrophone(): Promise<void> {
    return this.#do('microphone', () => this.#media.setMicrophone(this.own.peek().audio !== 'on'));
  }

  toggleCamera(): Promise<void> {
    return this.#do('camera', () => this.#media.setCamera(this.own.peek().video !== 'on'));
  }

  toggleScreen(): Promise<void> {
    return this.#do('screen', () => this.#media.setScreen(!this.own.peek().isSharing));
  }

  /** Takes another microphone or camera into use, in mid-call. */
  use(kind: 'audio' | 'video', deviceId: string): Promise<void> {
    return this.#do(kind === 'audio' ? 'microphone' : 'camera', () => this.#media.use(kind, deviceId));
  }

  /**
   * One thing at a time: a camera takes a moment to open, and somebody who chooses a screen takes longer. What is pressed meanwhile is
   * done after it, once.
   */
  async #do(deed: Deed, act: () => Promise<void>): Promise<void> {
    const part = deed === 'microphone' ? 'sound' : 'picture';
    const before = this.#doing.get(part);
    if (this.#waiting.has(part) || this.call.phase === 'ended') return;
    if (before) this.#waiting.add(part);
    const done = (before ?? Promise.resolve()).then(() => {
      this.#waiting.delete(part);
      return this.#attempt(deed, act);
    });
    this.#doing.set(part, done);
    await done;
    if (this.#doing.get(part) === done) this.#doing.delete(part);
  }

  async #attempt(deed: Deed, act: () => Promise<void>): Promise<void> {
    if (this.call.phase === 'ended') return;
    this.problem.value = undefined;
    try {
      await act();
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'call_ended') this.problem.value = { deed, code };
    }
    this.#readOwn();
  }

  #onPhase(phase: CallPhase): void {
    this.phase.value = phase;
    if (phase === 'active' && this.#timer === undefined) {
      this.talkingSince.value = Date.now();
      this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
    }
    this.#readOwn();
    if (phase !== 'ended') return;
    clearInterval(this.#timer);
    this.#media.close();
  }

  #onLocal(): void {
    const { isSharing } = this.call;
    if (this.#wasSharing && !isSharing) this.#media.screenEnded();
    this.#wasSharing = isSharing;
    this.#readOwn();
  }

  #readOwn(): void {
    this.own.value = {
      audio: this.#media.sending('audio'),
      video: this.#media.sending('video'),
      isSharing: this.call.isSharing,
      audioId: this.#media.deviceId('audio'),
      videoId: this.#media.deviceId('video'),
    };
  }

  #readTheirs(): void {
    const hasVideo = this.call.remote.getVideoTracks().length > 0;
    this.theirs.value = { ...this.theirs.peek(), hasVideo };
  }

  async #look(): Promise<void> {
    // One that was unplugged shows nothing any more.
    if (this.#media.hasLostCamera && this.own.peek().video === 'on') void this.toggleCamera();
    const report = await this.call.stats().catch(() => undefined);
    if (!report || this.call.phase === 'ended') return;
    const { path, bytesIn } = mediaFacts(report);
    const isExpected = this.call.remote.getTracks().length > 0;
    this.#flow = flowed(this.#flow, { bytes: bytesIn, nowMs: performance.now(), isExpected });
    this.flow.value = this.#flow.state;
    if (path) this.path.value = path;
  }
}
