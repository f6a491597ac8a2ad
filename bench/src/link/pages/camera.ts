/** Small, so that two browsers on two cores measure the network and not their codecs. */
const VIDEO = { width: 320, height: 240, frameRate: 20 };

export const startCamera = (): Promise<MediaStream> => navigator.mediaDevices.getUserMedia({ video: VIDEO });

let video: HTMLVideoElement | undefined;

/**
 * Shows a stream as an application would, in one element.
 *
 * @param shown called at each frame that the browser shows
 */
export function watchFrames(stream: MediaStream, shown: () => void): void {
  if (!video) {
    const element = document.createElement('video');
    element.muted = true;
    element.autoplay = true;
    document.body.append(element);
    const next = () => {
      shown();
      element.requestVideoFrameCallback(next);
    };
    element.requestVideoFrameCallback(next);
    video = element;
  }
  video.srcObject = stream;
}
