import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import type { SafetyNumber } from '../model/trust.ts';
import { shortName } from '../model/wallet-name.ts';
import { CopyButton } from './copy-button.tsx';
import { FieldError } from './field-error.tsx';

/** The number that two people compare. It is worked out again where devices change while it is on screen. */
export function SafetyDialog({ peer, onClose }: { peer: string; onClose: () => void }) {
  const { trust, devices } = useModel();
  const text = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  const [number, setNumber] = useState<SafetyNumber>();
  const notices = trust.notices.value.get(peer);
  const own = devices.list.value;
  useLayoutEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    let isCurrent = true;
    void trust.safetyNumber(peer).then((found) => {
      if (isCurrent) setNumber(found);
    });
    return () => {
      isCurrent = false;
    };
    // The devices of either are not read: that they changed is the reason to ask again.
  }, [peer, notices, own]);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      data-test="safety-dialog"
      aria-labelledby="safety-title"
      aria-describedby="safety-text"
      onClose={onClose}
    >
      <h2 id="safety-title">{text.safety.title(shortName(peer))}</h2>
      <p id="safety-text" class="dialog-text">
        {text.safety.about(shortName(peer))}
      </p>
      <div role="status">{!number && <p class="hint late">{text.safety.waiting}</p>}</div>
      {number && !number.ok && <FieldError id="safety-error">{text.errors[number.code]}</FieldError>}
      {number?.ok && <Digits groups={number.groups} />}
      <div class="dialog-actions">
        {number?.ok && <CopyButton name="safety-copy" words={text.safety} text={() => number.groups.join(' ')} />}
        <button type="button" class="button-primary" data-test="safety-close" onClick={() => dialog.current?.close()}>
          {text.safety.close}
        </button>
      </div>
    </dialog>
  );
}

/** Groups may be the same, and stand where they stand. */
function Digits({ groups }: { groups: readonly string[] }) {
  return (
    <ol class="safety-number" data-test="safety-number">
      {groups.map((group, index) => (
        <li key={index}>{group}</li>
      ))}
    </ol>
  );
}
