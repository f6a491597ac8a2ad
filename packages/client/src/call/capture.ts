import { AnypathError } from '@anypath/protocol';

/** What of our own is to be heard and seen: each one on or off, or chosen more exactly. */
export interface CallMedia {
  readonly audio?: boolean | MediaTrackConstraints;
  readonly video?: boolean | MediaTrackConstraints;
}

/** What somebody sends, and whether it was opened here and is to be closed here. */
export interface Captured {
  readonly stream: MediaStream;
  readonly isOurs: boolean;
}

/**
 * Opens microphone and camera; a stream that the application brings is taken as it is.
 *
 * @throws AnypathError `media_refused` where the user or the browser does not allow it, `media_unavailable` where there is none
 */
export async function captured(media: CallMedia | MediaStream): Promise<Captured> {
  if (typeof RTCPeerConnection !== 'function') throw new AnypathError('media_unavailable');
  if (media instanceof MediaStream) return { stream: new MediaStream(media.getTracks()), isOurs: false };
  if (!media.audio && !media.video) return { stream: new MediaStream(), isOurs: true };
  return { stream: await opened(() => navigator.mediaDevices.getUserMedia(media)), isOurs: true };
}

/** Asks the user for a screen or a window. @throws AnypathError as `captured` does */
export const capturedScreen = (options: DisplayMediaStreamOptions): Promise<MediaStream> =>
  opened(() => navigator.mediaDevices.getDisplayMedia(options));

/** Pages that are not served over HTTPS have no `mediaDevices`. */
async function opened(open: () => Promise<MediaStream>): Promise<MediaStream> {
  try {
    return await open();
  } catch (cause) {
    const isRefused =
      cause instanceof DOMException && (cause.name === 'NotAllowedError' || cause.name === 'SecurityError');
    throw new AnypathError(isRefused ? 'media_refused' : 'media_unavailable', undefined, { cause });
  }
}

/** Closes what was opened and is not needed. */
export function release({ stream, isOurs }: Captured): void {
  if (isOurs) for (const track of stream.getTracks()) track.stop();
}
