import { useEffect } from 'preact/hooks';
import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { FieldError } from './field-error.tsx';
import { SignInForm } from './sign-in-form.tsx';
import { WalletSignIn } from './wallet-sign-in.tsx';

/** Every way to sign in that this server offers. */
export function WaysIn() {
  const { entrance, start } = useModel();
  const text = useText();
  const ways = entrance.ways.value;
  useEffect(() => void entrance.ask(), [entrance]);
  switch (ways.state) {
    case 'asking':
      return (
        <p class="hint late" role="status">
          {text.status.connecting}
        </p>
      );
    case 'failed':
      return (
        <div class="sign-in" data-test="ways-failed">
          <FieldError id="ways-error">{text.errors[ways.code]}</FieldError>
          <button type="button" class="button-primary" onClick={start}>
            {text.status.retry}
          </button>
        </div>
      );
    case 'known': {
      const { development, wallet } = ways.methods;
      if (!development && !wallet) {
        return (
          <p class="notice" data-test="no-way-in">
            {text.signIn.noWay}
          </p>
        );
      }
      return (
        <>
          {development && <SignInForm />}
          {development && wallet && <p class="or">{text.signIn.or}</p>}
          {wallet && <WalletSignIn isOnlyWay={!development} />}
        </>
      );
    }
  }
}
