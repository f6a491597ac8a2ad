import { useLayoutEffect, useRef } from 'preact/hooks';
import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { shortName } from '../model/wallet-name.ts';
import { FieldError } from './field-error.tsx';
import { useContactAction } from './use-contact-action.ts';

interface Props {
  readonly peer: string;
  readonly action: 'remove' | 'block';
  readonly onClose: () => void;
}

/** Says what a removal or a block does, and does it. The browser keeps the focus inside and gives it back. */
export function PartDialog({ peer, action, onClose }: Props) {
  const { contacts } = useModel();
  const text = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  const { isBusy, code, run } = useContactAction();
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const words = {
    remove: { title: text.contacts.removeTitle, lines: text.contacts.removeText, submit: text.contacts.remove },
    block: { title: text.contacts.blockTitle, lines: text.contacts.blockText, submit: text.contacts.block },
  }[action];
  return (
    <dialog
      ref={dialog}
      class="dialog"
      data-test="part-dialog"
      data-action={action}
      aria-labelledby="part-title"
      aria-describedby="part-text"
      onClose={onClose}
    >
      <h2 id="part-title">{words.title(shortName(peer))}</h2>
      <ul id="part-text">
        {words.lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {code && <FieldError id="part-error">{text.errors[code]}</FieldError>}
      <div class="dialog-actions">
        <button type="button" class="button-plain" data-test="part-cancel" onClick={() => dialog.current?.close()}>
          {text.contacts.cancel}
        </button>
        <button
          type="button"
          class="button-danger"
          data-test="part-confirm"
          aria-disabled={isBusy}
          onClick={() => void run(() => contacts.part(action, peer))}
        >
          {words.submit}
        </button>
      </div>
    </dialog>
  );
}
