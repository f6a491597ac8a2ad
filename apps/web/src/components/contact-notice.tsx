import { useText } from '../i18n/use-text.ts';
import type { Standing } from '../model/contact-book.ts';
import { useModel } from '../model/model.ts';
import { shortName } from '../model/wallet-name.ts';
import { FieldError } from './field-error.tsx';
import { useContactAction } from './use-contact-action.ts';

/** Takes the place of the composer where nothing that is written would get there: says why, and what can be done. */
export function ContactNotice({ peer, standing }: { peer: string; standing: Exclude<Standing, 'mutual'> }) {
  const { contacts } = useModel();
  const text = useText();
  const { isBusy, code, run } = useContactAction();
  const { action, name } = {
    former: { action: 'ask', name: text.contacts.askAgain },
    asked: { action: 'remove', name: text.contacts.withdraw },
    asking: { action: 'accept', name: text.contacts.accept },
    blocked: { action: 'remove', name: text.contacts.unblock },
  }[standing] as { action: 'ask' | 'accept' | 'remove'; name: string };
  return (
    <div class="contact-notice" data-test="contact-notice" data-standing={standing}>
      <p role="status">{text.contacts.notice[standing](shortName(peer))}</p>
      <button
        type="button"
        class={standing === 'asking' ? 'button-primary' : 'button-plain'}
        data-test={`notice-${action}`}
        aria-disabled={isBusy}
        onClick={() => void run(() => contacts.change(action, peer))}
      >
        {name}
      </button>
      {code && <FieldError id="notice-error">{text.errors[code]}</FieldError>}
    </div>
  );
}
