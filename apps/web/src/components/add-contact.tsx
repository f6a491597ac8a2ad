import { useRef, useState } from 'preact/hooks';
import { problemText } from '../i18n/problem-text.ts';
import { useText } from '../i18n/use-text.ts';
import { askProblem, walletNamed } from '../model/contact-name.ts';
import { useModel } from '../model/model.ts';
import { shortName } from '../model/wallet-name.ts';
import { FieldError } from './field-error.tsx';

/** Asks somebody to be a contact, or opens the conversation where they are one. */
export function AddContact({ own }: { own: string }) {
  const { contacts, conversations } = useModel();
  const text = useText();
  const field = useRef<HTMLInputElement>(null);
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string>();
  const [asked, setAsked] = useState<string>();
  const [isBusy, setBusy] = useState(false);

  const ask = async (wallet: string): Promise<string | undefined> => {
    if (contacts.standingOf(wallet) !== 'mutual') {
      const found = askProblem(wallet, own, contacts.standingOf(wallet));
      if (found) return found;
      const outcome = await contacts.change('ask', wallet);
      if (!outcome.ok) return outcome.code;
      if (outcome.state !== 'mutual') {
        setAsked(wallet);
        return undefined;
      }
    }
    conversations.select(wallet);
    return undefined;
  };
  // Once they have accepted, there is nothing to wait for.
  const waiting = asked !== undefined && contacts.standingOf(asked) === 'asked' ? asked : undefined;
  const edit = (value: string) => {
    setName(value);
    setProblem(undefined);
    setAsked(undefined);
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    const found = await ask(walletNamed(name));
    setBusy(false);
    setProblem(found);
    if (!found) setName('');
    if (found) field.current?.focus();
  };

  return (
    <form class="add-contact" onSubmit={submit} noValidate>
      <label for="add-name">{text.contacts.add}</label>
      <div class="add-row">
        <input
          id="add-name"
          ref={field}
          data-test="add-name"
          value={name}
          onInput={(event) => edit(event.currentTarget.value)}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          aria-invalid={problem !== undefined}
          aria-describedby={problem ? 'add-error' : 'add-hint'}
        />
        <button type="submit" class="button-primary" data-test="add" aria-disabled={isBusy}>
          {text.contacts.addSubmit}
        </button>
      </div>
      {problem && <FieldError id="add-error">{problemText(text, problem)}</FieldError>}
      <p id="add-hint" class={waiting || problem ? 'visually-hidden' : 'hint'}>
        {text.contacts.addHint}
      </p>
      <p class="hint" role="status" data-test="added">
        {waiting && text.contacts.added(shortName(waiting))}
      </p>
    </form>
  );
}
