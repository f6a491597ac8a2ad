import { useText } from '../i18n/use-text.ts';
import type { BrowserWallet } from '../model/wallets.ts';
import { Icon } from './icon.tsx';

interface Props {
  readonly wallet: BrowserWallet;
  /** Whether it is told by its name, because there are others. */
  readonly isOneOfMany: boolean;
  readonly isPrimary: boolean;
  /** Whether the person is to answer in this wallet now. */
  readonly isAsked: boolean;
  /** Whether the person is to answer in this or another wallet now. */
  readonly isBusy: boolean;
  readonly onChoose: () => void;
}

export function WalletButton({ wallet, isOneOfMany, isPrimary, isAsked, isBusy, onChoose }: Props) {
  const { signIn } = useText();
  const name = isOneOfMany ? (wallet.name ?? signIn.namelessWallet) : signIn.withWallet;
  return (
    <button
      type="button"
      class={isPrimary ? 'button-primary' : 'button-plain'}
      data-test="wallet-sign-in"
      data-wallet-id={wallet.id}
      aria-disabled={isBusy}
      onClick={onChoose}
    >
      {wallet.icon ? <img class="wallet-icon" src={wallet.icon} alt="" /> : <Icon name="wallet" />}
      <span class="wallet-label">{isAsked ? signIn.inWallet : name}</span>
    </button>
  );
}
