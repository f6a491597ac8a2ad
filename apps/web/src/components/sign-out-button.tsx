import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { FieldError } from './field-error.tsx';

/** Signs out, and says so where that is not possible. @param name what it is called */
export function SignOutButton({ name, isPrimary = false }: { name: string; isPrimary?: boolean }) {
  const { account } = useModel();
  const text = useText();
  const leaving = account.leaving.value;
  return (
    <>
      <button
        type="button"
        class={isPrimary ? 'button-primary' : 'button-plain'}
        data-test="sign-out"
        aria-disabled={leaving === 'now'}
        onClick={() => void account.signOut()}
      >
        {leaving === 'now' ? text.signingOut : name}
      </button>
      {leaving !== 'no' && leaving !== 'now' && (
        <FieldError id="sign-out-error">{text.signOutFailed(text.errors[leaving])}</FieldError>
      )}
    </>
  );
}
