import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import type { Dictionary } from '../i18n/en.ts';
import { useText } from '../i18n/use-text.ts';
import type { MediaKind } from '../model/media-devices.ts';
import { useModel } from '../model/model.ts';
import { CALL_KEYS, type CallKey, canShareScreen } from './call-keys.ts';

/** Which microphone, camera and speaker, and the keys of a call. What is chosen holds at once. */
export function CallSettingsDialog({ onClose }: { onClose: () => void }) {
  const { media } = useModel();
  const text = useText();
  const { settings } = text.call;
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  useEffect(() => void media.refresh(), [media]);
  return (
    <dialog
      ref={dialog}
      class="dialog call-settings"
      data-test="call-settings-dialog"
      aria-labelledby="call-settings-title"
      onClose={onClose}
      // Escape closes this, and leaves the call as it is.
      onKeyDown={(event) => event.key === 'Escape' && event.stopPropagation()}
    >
      <h2 id="call-settings-title">{settings.title}</h2>
      <div class="call-devices">
        <DeviceChoice kind="audioinput" />
        <DeviceChoice kind="videoinput" />
        {media.canChooseSpeaker ? <DeviceChoice kind="audiooutput" /> : <p class="hint">{settings.noSpeaker}</p>}
      </div>
      <h3>{settings.keys}</h3>
      <dl class="call-keys" data-test="call-keys">
        {keysFor(text).map(({ name, keys }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <div class="dialog-actions">
        <button
          type="button"
          class="button-primary"
          data-test="call-settings-close"
          onClick={() => dialog.current?.close()}
        >
          {settings.close}
        </button>
      </div>
    </dialog>
  );
}

function DeviceChoice({ kind }: { kind: MediaKind }) {
  const { calls, media } = useModel();
  const { settings } = useText().call;
  const id = useId();
  const list = media.lists.value[kind];
  const isListed = (one: string | undefined) => list.some((device) => device.id === one);
  const chosen = [useInUse(kind), media.chosen.value[kind]].find(isListed);
  const choose = (value: string) =>
    kind === 'audiooutput' ? media.choose(kind, value) : void calls.choose(kind, value);
  return (
    <div class="call-device">
      <label for={id}>{settings.kinds[kind]}</label>
      <select
        id={id}
        data-test={`choose-${kind}`}
        disabled={list.length === 0}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {list.length === 0 && <option>{settings.none}</option>}
        {list.length > 0 && chosen === undefined && (
          <option value="" selected hidden>
            {settings.usual}
          </option>
        )}
        {list.map((device, index) => (
          <option key={device.id} value={device.id} selected={device.id === chosen}>
            {device.label || settings.nameless(settings.kinds[kind], index + 1)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** The device of that kind that is in use now. */
function useInUse(kind: MediaKind): string | undefined {
  const stage = useModel().calls.stage.value;
  if (stage.name !== 'going' || kind === 'audiooutput') return undefined;
  const { audioId, videoId } = stage.session.own.value;
  return kind === 'audioinput' ? audioId : videoId;
}

function keysFor({ call: { keys, keyNames } }: Dictionary) {
  const names = (Object.keys(CALL_KEYS) as CallKey[]).filter((key) => key !== 'share' || canShareScreen());
  const list = names.map((key) => ({ name: keys[key], keys: [keyNames.control, keyNames.shift, CALL_KEYS[key]] }));
  return [...list, { name: keys.escape, keys: [keyNames.escape] }];
}
