import { useText } from '../i18n/use-text.ts';
import type { CallSession } from '../model/call-session.ts';
import { shortName } from '../model/wallet-name.ts';
import { Avatar } from './avatar.tsx';
import { Icon } from './icon.tsx';
import { useMediaStream } from './use-media-stream.ts';

/** The other side, as large as there is room, and the person themselves in a corner. */
export function CallPictures({ session }: { session: CallSession }) {
  const { call } = useText();
  const name = shortName(session.peer);
  const { hasVideo, mutedVideo, mutedAudio } = session.theirs.value;
  const isSeen = hasVideo && !mutedVideo;
  const isTalking = session.phase.value === 'active';
  const isStill = session.flow.value === 'still';
  return (
    <div class="call-pictures" data-still={isStill}>
      <RemotePicture stream={session.call.remote} label={call.theirs.picture(name)} isSeen={isSeen} />
      {!isSeen && (
        <div class="call-person" data-ringing={!isTalking}>
          <Avatar wallet={session.peer} />
          <p>{isTalking && session.isVideo ? call.theirs.noVideo(name) : name}</p>
        </div>
      )}
      {mutedAudio && (
        <p class="call-note" data-test="their-mute">
          <Icon name="microphoneOff" />
          {call.theirs.mutedAudio(name)}
        </p>
      )}
      {/* The words stand in the header too. */}
      {isStill && (
        <p class="call-still" aria-hidden="true">
          {call.state.still}
        </p>
      )}
      <OwnPicture session={session} />
    </div>
  );
}

function RemotePicture({ stream, label, isSeen }: { stream: MediaStream; label: string; isSeen: boolean }) {
  const video = useMediaStream<HTMLVideoElement>(stream);
  // The sound comes from an element of its own, which stays when this one goes.
  return (
    <video
      ref={video}
      class="call-remote"
      data-test="remote-picture"
      data-seen={isSeen}
      aria-label={label}
      autoPlay
      playsInline
      muted
    />
  );
}

function OwnPicture({ session }: { session: CallSession }) {
  const { own } = useText().call;
  const video = useMediaStream<HTMLVideoElement>(session.call.local);
  const { video: camera, isSharing } = session.own.value;
  const isSeen = isSharing || camera === 'on';
  return (
    <div class="call-own" data-test="own-picture" data-seen={isSeen} data-sharing={isSharing}>
      <video ref={video} aria-label={isSharing ? own.sharing : own.picture} autoPlay playsInline muted />
      {isSharing && <p aria-hidden="true">{own.screen}</p>}
    </div>
  );
}
