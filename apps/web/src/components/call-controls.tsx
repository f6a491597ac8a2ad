import { useState } from 'preact/hooks';
import { useText } from '../i18n/use-text.ts';
import type { CallSession } from '../model/call-session.ts';
import { useModel } from '../model/model.ts';
import { type CallKey, canShareScreen, shortcutOf } from './call-keys.ts';
import { CallSettingsDialog } from './call-settings-dialog.tsx';
import { Icon, type IconName } from './icon.tsx';

interface ButtonProps {
  readonly test: string;
  readonly icon: IconName;
  readonly label: string;
  readonly short: string;
  /** `false` for something of the person's that is off. */
  readonly isOn?: boolean | undefined;
  readonly isDisabled?: boolean;
  readonly shortcut?: CallKey;
  readonly kind?: 'hangup' | 'minor';
  readonly onClick: () => void;
}

function CallButton({ test, icon, label, short, isOn, isDisabled, shortcut, kind, onClick }: ButtonProps) {
  return (
    <button
      type="button"
      class={kind ? `call-button call-button-${kind}` : 'call-button'}
      data-test={test}
      data-on={isOn}
      aria-label={label}
      title={label}
      aria-disabled={isDisabled}
      aria-keyshortcuts={shortcut && shortcutOf(shortcut)}
      onClick={() => !isDisabled && onClick()}
    >
      <span class="call-button-face">
        <Icon name={icon} />
      </span>
      <span class="call-button-name" aria-hidden="true">
        {short}
      </span>
    </button>
  );
}

/** What can be done in a call. Before somebody accepts, it can be given up. @param session none while devices are opened */
export function CallControls({ session }: { session: CallSession | undefined }) {
  const { calls } = useModel();
  const { controls } = useText().call;
  const [isOpen, setOpen] = useState(false);
  const isTalking = session?.phase.value === 'active';
  return (
    <fieldset class="call-controls" aria-label={controls.label}>
      {session && <MediaButtons session={session} isTalking={isTalking} />}
      {session && (
        <CallButton
          test="call-settings"
          icon="settings"
          kind="minor"
          label={controls.settings}
          short={controls.short.settings}
          onClick={() => setOpen(true)}
        />
      )}
      <CallButton
        test="hangup"
        icon="hangup"
        kind="hangup"
        label={isTalking ? controls.hangup : controls.cancel}
        short={isTalking ? controls.short.hangup : controls.short.cancel}
        shortcut="hangup"
        onClick={() => calls.hangup()}
      />
      {isOpen && <CallSettingsDialog onClose={() => setOpen(false)} />}
    </fieldset>
  );
}

/** A screen is shared with somebody who is there. */
function MediaButtons({ session, isTalking }: { session: CallSession; isTalking: boolean }) {
  const { controls } = useText().call;
  const { audio, video, isSharing } = session.own.value;
  const isHeard = audio === 'on';
  const isSeen = video === 'on';
  const camera = isSeen ? controls.cameraOff : controls.cameraOn;
  return (
    <>
      <CallButton
        test="microphone"
        icon={isHeard ? 'microphone' : 'microphoneOff'}
        label={isHeard ? controls.mute : controls.unmute}
        short={isHeard ? controls.short.mute : controls.short.unmute}
        isOn={isHeard}
        shortcut="microphone"
        onClick={() => void session.toggleMicrophone()}
      />
      <CallButton
        test="camera"
        icon={isSeen && !isSharing ? 'camera' : 'cameraOff'}
        label={isSharing ? controls.cameraBehind : camera}
        short={controls.short.camera}
        isOn={video === 'none' ? undefined : isSeen && !isSharing}
        isDisabled={isSharing}
        shortcut="camera"
        onClick={() => void session.toggleCamera()}
      />
      {isTalking && canShareScreen() && (
        <CallButton
          test="share"
          icon="screen"
          kind="minor"
          label={isSharing ? controls.unshare : controls.share}
          short={controls.short.share}
          isOn={isSharing || undefined}
          shortcut="share"
          onClick={() => void session.toggleScreen()}
        />
      )}
    </>
  );
}
