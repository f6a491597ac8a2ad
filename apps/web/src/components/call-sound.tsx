import { useEffect } from 'preact/hooks';
import { useModel } from '../model/model.ts';
import { useMediaStream } from './use-media-stream.ts';

/** Plays what the other side says, wherever the person is in the page, on the speaker that they have chosen. */
export function CallSound() {
  const { calls, media } = useModel();
  const stage = calls.stage.value;
  if (stage.name !== 'going') return null;
  return <Sound stream={stage.session.call.remote} speaker={media.chosen.value.audiooutput} />;
}

function Sound({ stream, speaker }: { stream: MediaStream; speaker: string | undefined }) {
  const audio = useMediaStream<HTMLAudioElement>(stream);
  useEffect(() => {
    // One that is not there any more leaves the sound where it is.
    if (speaker !== undefined) void audio.current?.setSinkId?.(speaker).catch(() => undefined);
  }, [speaker]);
  // biome-ignore lint/a11y/useMediaCaption: somebody who talks now has no captions
  return <audio ref={audio} autoPlay data-test="call-sound-output" />;
}
