import { AnypathError, type Call } from '@anypath/client';

type Kind = 'audio' | 'video';

/** Whether the person is heard or seen: `none` where nothing was opened for it. */
export type Sending = 'on' | 'off' | 'none';

/**
 * What the person sends in a call. A camera that is off is closed, so that its light goes out: an empty picture takes its place, which
 * needs no negotiation.
 */
export class OwnMedia {
  readonly #call: Call;
  readonly #open: (kind: Kind) => Promise<MediaStreamTrack>;
  /** What was opened here and not by the SDK, which closes its own. */
  readonly #opened = new Set<MediaStreamTrack>();
  #blank: MediaStreamTrack | undefined;

  /** @param open opens the microphone or the camera that the person has chosen */
  constructor(call: Call, open: (kind: Kind) => Promise<MediaStreamTrack>) {
    this.#call = call;
    this.#open = open;
  }

  /** What is sent of one kind. */
  sending(kind: Kind): Sending {
    const track = this.#track(kind);
    if (!track) return 'none';
    return track === this.#blank || this.#call.isMuted(kind) ? 'off' : 'on';
  }

  /** The microphone or the camera that is in use, by the browser's name for it. */
  deviceId(kind: Kind): string | undefined {
    return this.#track(kind)?.getSettings().deviceId;
  }

  /** Whether the camera on screen has gone away, as one that was unplugged. */
  get hasLostCamera(): boolean {
    const track = this.#track('video');
    return track?.readyState === 'ended' && track !== this.#blank && !this.#call.isSharing;
  }

  /** Turns the microphone on or off. @throws AnypathError `media_refused`, `media_unavailable`, `call_ended` */
  async setMicrophone(isOn: boolean): Promise<void> {
    if (isOn && !this.#track('audio')) await this.#add('audio');
    this.#call.mute('audio', !isOn);
  }

  /** Turns the camera on or off; not while a screen is shared. @throws as `setMicrophone` */
  async setCamera(isOn: boolean): Promise<void> {
    if (this.#call.isSharing) return;
    if (isOn) {
      await this.#add('video');
      return this.#call.mute('video', false);
    }
    const track = this.#track('video');
    if (!track) return;
    this.#call.mute('video', true);
    this.#blank ??= blankPicture();
    await this.#replace(track, this.#blank);
  }

  /** Shares a screen, or goes back to the camera as it was. @throws as `setMicrophone` */
  async setScreen(isShared: boolean): Promise<void> {
    if (!isShared) return this.#call.stopSharing();
    await this.#call.shareScreen();
    if (this.#call.isMuted('video')) this.#call.mute('video', false);
  }

  /** The screen is not shared any more: the other side is told that there is no camera behind it. */
  screenEnded(): void {
    if (this.#track('video') === this.#blank && this.#blank) this.#call.mute('video', true);
  }

  /** Takes another microphone or camera into use, where one is in use. @throws as `setMicrophone` */
  async use(kind: Kind, deviceId: string): Promise<void> {
    const sending = this.sending(kind);
    // A camera that is off, or behind a shared screen, is not opened for that.
    if (sending === 'none' || (kind === 'video' && (sending === 'off' || this.#call.isSharing))) return;
    await this.#call.useDevice(kind, deviceId);
    this.#closeUnused();
  }

  /** The call is over. */
  close(): void {
    for (const track of this.#opened) track.stop();
    this.#opened.clear();
    this.#blank?.stop();
  }

  async #add(kind: Kind): Promise<void> {
    const track = await this.#open(kind);
    if (this.#call.phase === 'ended') {
      track.stop();
      throw new AnypathError('call_ended');
    }
    this.#opened.add(track);
    const before = this.#track(kind);
    if (before) await this.#replace(before, track);
    else this.#call.addTrack(track);
  }

  async #replace(track: MediaStreamTrack, by: MediaStreamTrack): Promise<void> {
    await this.#call.replaceTrack(track, by);
    this.#closeUnused();
  }

  #closeUnused(): void {
    const used = this.#call.local.getTracks();
    for (const track of this.#opened) {
      // A camera behind a shared screen comes back.
      if (used.includes(track) || (track.kind === 'video' && this.#call.isSharing)) continue;
      track.stop();
      this.#opened.delete(track);
    }
  }

  #track(kind: Kind): MediaStreamTrack | undefined {
    return this.#call.local.getTracks().find((track) => track.kind === kind);
  }
}

/** A track without pictures. */
function blankPicture(): MediaStreamTrack {
  const canvas = document.createElement('canvas');
  // Firefox gives no stream of a canvas that was never drawn on.
  canvas.getContext('2d')?.fillRect(0, 0, canvas.width, canvas.height);
  const [track] = canvas.captureStream(0).getVideoTracks();
  if (!track) throw new AnypathError('media_unavailable');
  return track;
}

/**
 * Opens a microphone or a camera.
 *
 * @throws AnypathError `media_refused` where the person or the browser does not allow it, `media_unavailable` where there is none
 */
export async function openedTrack(kind: Kind, wish: true | MediaTrackConstraints): Promise<MediaStreamTrack> {
  try {
    const [track] = (await navigator.mediaDevices.getUserMedia({ [kind]: wish })).getTracks();
    if (track) return track;
  } catch (cause) {
    const isRefused = cause instanceof DOMException && cause.name === 'NotAllowedError';
    throw new AnypathError(isRefused ? 'media_refused' : 'media_unavailable', undefined, { cause });
  }
  throw new AnypathError('media_unavailable');
}
