import { useEffect, useRef, useState } from 'preact/hooks';
import { problemText } from '../i18n/problem-text.ts';
import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { nameProblem } from '../model/wallet-name.ts';
import { FieldError } from './field-error.tsx';

export function SignInForm() {
  const { account, entrance } = useModel();
  const text = useText();
  const field = useRef<HTMLInputElement>(null);
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);

  useEffect(() => field.current?.focus(), []);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    const found = nameProblem(name) ?? account.enter(await entrance.byName(name));
    setBusy(false);
    setProblem(found);
    if (found) field.current?.focus();
  };
  const edit = (value: string) => {
    setName(value);
    setProblem(undefined);
  };

  return (
    <form class="sign-in" onSubmit={submit} noValidate>
      <label for="name">{text.signIn.name}</label>
      <input
        id="name"
        ref={field}
        data-test="name"
        value={name}
        onInput={(event) => edit(event.currentTarget.value)}
        autocomplete="username"
        autocapitalize="none"
        spellcheck={false}
        aria-invalid={problem !== undefined}
        aria-describedby={problem ? 'name-error' : 'name-hint'}
      />
      {problem ? (
        <FieldError id="name-error">{problemText(text, problem)}</FieldError>
      ) : (
        <p id="name-hint" class="hint">
          {text.signIn.hint}
        </p>
      )}
      <button type="submit" class="button-primary" data-test="sign-in" aria-disabled={isBusy}>
        {isBusy ? text.signIn.submitting : text.signIn.submit}
      </button>
    </form>
  );
}
