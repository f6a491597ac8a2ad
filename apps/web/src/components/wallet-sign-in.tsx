import { useState } from 'preact/hooks';
import { problemText } from '../i18n/problem-text.ts';
import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import type { BrowserWallet } from '../model/wallets.ts';
import { FieldError } from './field-error.tsx';
import { WalletButton } from './wallet-button.tsx';

/** Signs in with a wallet of this browser; where there are several, with the one that is chosen. */
export function WalletSignIn({ isOnlyWay }: { isOnlyWay: boolean }) {
  const { account, entrance, wallets } = useModel();
  const text = useText();
  const [problem, setProblem] = useState<string>();
  const [asked, setAsked] = useState<string>();
  const found = wallets.found.value;

  const signIn = async (wallet: BrowserWallet) => {
    if (asked !== undefined) return;
    setProblem(undefined);
    setAsked(wallet.id);
    const result = await entrance.byWallet(wallet.provider, text.signIn.statement);
    setAsked(undefined);
    setProblem(account.enter(result));
  };
  const buttonFor = (wallet: BrowserWallet, isOneOfMany: boolean) => (
    <WalletButton
      wallet={wallet}
      isOneOfMany={isOneOfMany}
      isPrimary={isOnlyWay && !isOneOfMany}
      isAsked={asked === wallet.id}
      isBusy={asked !== undefined}
      onChoose={() => void signIn(wallet)}
    />
  );

  const [only] = found;
  return (
    <section class="wallet-sign-in" aria-labelledby={found.length > 1 ? 'wallets-title' : undefined}>
      {found.length > 1 && (
        <>
          <h2 id="wallets-title">{text.signIn.withWallet}</h2>
          <ul class="wallets">
            {found.map((wallet) => (
              <li key={wallet.id}>{buttonFor(wallet, true)}</li>
            ))}
          </ul>
        </>
      )}
      {found.length === 1 && only && buttonFor(only, false)}
      {!only && <NoWallet isPrimary={isOnlyWay} />}
      <p class="visually-hidden" role="status">
        {asked !== undefined && text.signIn.inWallet}
      </p>
      {problem && <FieldError id="wallet-error">{problemText(text, problem)}</FieldError>}
    </section>
  );
}

function NoWallet({ isPrimary }: { isPrimary: boolean }) {
  const { signIn } = useText();
  return (
    <>
      <button
        type="button"
        class={isPrimary ? 'button-primary' : 'button-plain'}
        data-test="wallet-sign-in"
        aria-disabled="true"
        aria-describedby="no-wallet"
      >
        {signIn.withWallet}
      </button>
      <p id="no-wallet" class="hint" data-test="no-wallet">
        {signIn.noWallet}
      </p>
    </>
  );
}
