import { useText } from '../i18n/use-text.ts';
import type { Outcome } from '../model/contact-book.ts';
import { shortName } from '../model/wallet-name.ts';
import { Avatar } from './avatar.tsx';
import { FieldError } from './field-error.tsx';
import { useContactAction } from './use-contact-action.ts';

/** Something that can be done about somebody. */
export interface RowAction {
  readonly name: string;
  readonly test: string;
  readonly isPrimary?: boolean;
  readonly act: () => Promise<Outcome>;
  /** Once it is done; the row may be gone by then. */
  readonly onDone: () => void;
}

interface Props {
  readonly wallet: string;
  readonly test: string;
  readonly line?: string;
  readonly actions: readonly RowAction[];
}

/** Somebody who is no contact, or not yet, and what can be done about it. */
export function ContactRow({ wallet, test, line, actions }: Props) {
  const text = useText();
  const { isBusy, code, run } = useContactAction();
  const perform = async ({ act, onDone }: RowAction) => {
    const outcome = await run(act);
    if (outcome?.ok) onDone();
  };
  return (
    <li class="contact" data-test={test} data-wallet={wallet}>
      <Avatar wallet={wallet} />
      <p class="contact-name" title={wallet}>
        {shortName(wallet)}
      </p>
      {line && <p class="contact-line">{line}</p>}
      <div class="contact-actions">
        {actions.map((action) => (
          <button
            key={action.test}
            type="button"
            class={action.isPrimary ? 'button-primary' : 'button-plain'}
            data-test={action.test}
            aria-label={text.contacts.to(action.name, shortName(wallet))}
            aria-disabled={isBusy}
            onClick={() => void perform(action)}
          >
            {action.name}
          </button>
        ))}
      </div>
      {code && <FieldError id={`contact-error-${wallet}`}>{text.errors[code]}</FieldError>}
    </li>
  );
}
