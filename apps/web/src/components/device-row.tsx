import type { Device } from '@anypath/client';
import { useRef, useState } from 'preact/hooks';
import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { DeviceRename } from './device-rename.tsx';
import { focusAfterRow } from './focus.ts';
import { Icon } from './icon.tsx';
import { QuestionDialog } from './question-dialog.tsx';

interface Props {
  readonly device: Device;
  readonly isHere: boolean;
  /** The id of the list, and where in it the row is. */
  readonly list: string;
  readonly index: number;
}

/** One of the person's devices: what it is, its name to be changed in place, and its end. */
export function DeviceRow({ device, isHere, list, index }: Props) {
  const { devices } = useModel();
  const text = useText();
  const rename = useRef<HTMLButtonElement>(null);
  const [isRenaming, setRenaming] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const { keyId, name } = device;
  const endRenaming = () => {
    setRenaming(false);
    // Once the button is there again.
    setTimeout(() => rename.current?.focus());
  };
  return (
    <li class="device" data-test="device" data-key={keyId} data-here={String(isHere)}>
      <Icon name="device" />
      {isRenaming ? (
        <DeviceRename device={device} onDone={endRenaming} />
      ) : (
        <>
          <p class="device-name">
            {name} {isHere && <span class="badge badge-none">{text.devices.here}</span>}
          </p>
          <DeviceTimes device={device} isHere={isHere} />
          <div class="device-actions">
            <button
              ref={rename}
              type="button"
              class="button-icon"
              data-test="device-rename"
              aria-label={text.devices.to(text.devices.rename, name)}
              title={text.devices.rename}
              onClick={() => setRenaming(true)}
            >
              <Icon name="rename" />
            </button>
            {/* Whoever wants to leave this one signs out. */}
            {!isHere && (
              <button
                type="button"
                class="button-icon"
                data-test="device-revoke"
                aria-label={text.devices.to(text.devices.revoke, name)}
                title={text.devices.revoke}
                onClick={() => setAsking(true)}
              >
                <Icon name="block" />
              </button>
            )}
          </div>
        </>
      )}
      {isAsking && (
        <QuestionDialog
          name="revoke"
          title={text.devices.revokeTitle(name)}
          lines={text.devices.revokeText}
          submit={text.devices.revoke}
          onConfirm={async () => {
            const problem = await devices.revoke(keyId);
            if (!problem) focusAfterRow(list, index);
            return problem;
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </li>
  );
}

/** When it came, and when it was there last. */
function DeviceTimes({ device: { since, seen }, isHere }: { device: Device; isHere: boolean }) {
  const { preferences } = useModel();
  const { devices } = useText();
  const language = preferences.language.value;
  const day = new Date(since).toLocaleDateString(language, { dateStyle: 'medium' });
  const time = seen === undefined ? undefined : new Date(seen).toLocaleString(language, SHORT);
  return (
    <p class="device-line">
      {devices.since(day)}
      {isHere ? ` · ${devices.now}` : time && ` · ${devices.seen(time)}`}
    </p>
  );
}

const SHORT = { dateStyle: 'medium', timeStyle: 'short' } as const;
