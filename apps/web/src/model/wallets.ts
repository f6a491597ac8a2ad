import type { WalletProvider } from '@anypath/client';
import { signal } from '@preact/signals';
import { isRecord } from './browser-storage.ts';

/** A wallet that is in this browser. */
export interface BrowserWallet {
  readonly id: string;
  /** What it calls itself; there is no name for one that did not announce itself. */
  readonly name?: string;
  /** A picture, as a `data:` address. */
  readonly icon?: string;
  readonly provider: WalletProvider;
}

/** The wallets that put themselves into this page, as they come (EIP-6963), or the one that older ones leave in `window.ethereum`. */
export class Wallets {
  readonly found = signal<readonly BrowserWallet[]>([]);

  /** @param page the page's `window` */
  constructor(page: Window & { readonly ethereum?: unknown }) {
    page.addEventListener('eip6963:announceProvider', (event) => {
      const wallet = announced((event as CustomEvent<unknown>).detail);
      if (wallet) this.found.value = withWallet(this.found.peek(), wallet);
    });
    page.dispatchEvent(new Event('eip6963:requestProvider'));
    const look = () => {
      if (isProvider(page.ethereum) && this.found.peek().length === 0) {
        this.found.value = [{ id: INJECTED, provider: page.ethereum }];
      }
    };
    look();
    page.addEventListener('load', look);
    page.addEventListener('ethereum#initialized', look);
  }
}

const INJECTED = 'window.ethereum';

/** The list with one more; it takes the place of the same one, and of the nameless one, which would be the same twice. */
export const withWallet = (known: readonly BrowserWallet[], wallet: BrowserWallet): readonly BrowserWallet[] => [
  ...known.filter(({ id }) => id !== wallet.id && id !== INJECTED),
  wallet,
];

/** Reads an announcement (EIP-6963, "Provider Info"); `undefined` for what is none. Any script can make one. */
export function announced(detail: unknown): BrowserWallet | undefined {
  if (!isRecord(detail) || !isRecord(detail['info']) || !isProvider(detail['provider'])) return undefined;
  const { rdns, uuid, name, icon } = detail['info'];
  const id = rdns ?? uuid;
  if (typeof id !== 'string' || typeof name !== 'string' || name === '') return undefined;
  const hasIcon = typeof icon === 'string' && icon.startsWith('data:image/');
  return { id, name: name.slice(0, 60), provider: detail['provider'], ...(hasIcon ? { icon } : {}) };
}

const isProvider = (value: unknown): value is WalletProvider => {
  return typeof value === 'object' && value !== null && 'request' in value && typeof value.request === 'function';
};
