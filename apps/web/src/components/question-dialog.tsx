import type { ErrorCode } from '@anypath/client';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useText } from '../i18n/use-text.ts';
import { FieldError } from './field-error.tsx';

interface Props {
  /** Names it among the page's dialogs. */
  readonly name: string;
  /** What it is about, for tests. */
  readonly action?: string;
  readonly title: string;
  /** What would happen. */
  readonly lines: readonly string[];
  readonly submit: string;
  /** Does it. Returns the code of what went wrong, or `undefined`. */
  readonly onConfirm: () => Promise<ErrorCode | undefined>;
  readonly onClose: () => void;
}

/** Says what something does that is not easily undone, and does it. The browser keeps the focus inside and gives it back. */
export function QuestionDialog({ name, action, title, lines, submit, onConfirm, onClose }: Props) {
  const text = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [code, setCode] = useState<ErrorCode>();
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const confirm = async () => {
    if (isBusy) return;
    setBusy(true);
    const problem = await onConfirm();
    setBusy(false);
    setCode(problem);
    if (!problem) dialog.current?.close();
  };
  return (
    <dialog
      ref={dialog}
      class="dialog"
      data-test={`${name}-dialog`}
      data-action={action}
      aria-labelledby={`${name}-title`}
      aria-describedby={`${name}-text`}
      onClose={onClose}
    >
      <h2 id={`${name}-title`}>{title}</h2>
      <ul id={`${name}-text`}>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {code && <FieldError id={`${name}-error`}>{text.errors[code]}</FieldError>}
      <div class="dialog-actions">
        <button type="button" class="button-plain" data-test={`${name}-cancel`} onClick={() => dialog.current?.close()}>
          {text.contacts.cancel}
        </button>
        <button
          type="button"
          class="button-danger"
          data-test={`${name}-confirm`}
          aria-disabled={isBusy}
          onClick={() => void confirm()}
        >
          {submit}
        </button>
      </div>
    </dialog>
  );
}
