import { AnypathError } from '@anypath/protocol';
import { hexOf } from './wallet-message.ts';

/** A wallet, as it puts itself into the page (EIP-1193): `window.ethereum`, or what EIP-6963 announces. */
export interface WalletProvider {
  request(call: { method: string; params?: readonly unknown[] }): Promise<unknown>;
}

/** The person said no (4001), or gave the page no leave (4100): EIP-1193, "Provider Errors". */
const DECLINED: readonly unknown[] = [4001, 4100];

/** The account that the person chooses. @param asked what `eth_requestAccounts` gives @throws AnypathError `forbidden` where they give none */
export async function accountIn(asked: Promise<unknown>): Promise<string> {
  const accounts = await asked.catch((cause: unknown) => failed('eth_requestAccounts', cause));
  const [account]: unknown[] = Array.isArray(accounts) ? accounts : [];
  if (typeof account === 'string' && /^0x[0-9a-f]{40}$/i.test(account)) return account;
  throw new AnypathError('forbidden', 'the wallet gave no Ethereum account');
}

/** The chain that the wallet is on, as a number; `undefined` where it does not tell. */
export async function chainIdOf(wallet: WalletProvider): Promise<number | undefined> {
  const chainId = await ask(wallet, 'eth_chainId').catch(() => undefined);
  return Number(chainId) || undefined;
}

/** Has the person sign a text (EIP-191). @throws AnypathError `forbidden` where they decline */
export async function signedBy(wallet: WalletProvider, account: string, text: string): Promise<string> {
  const signature = await ask(wallet, 'personal_sign', [hexOf(text), account]);
  if (typeof signature === 'string') return signature;
  throw new AnypathError('internal', 'the wallet gave no signature');
}

async function ask(wallet: WalletProvider, method: string, params: readonly unknown[] = []): Promise<unknown> {
  try {
    return await wallet.request({ method, params });
  } catch (cause) {
    return failed(method, cause);
  }
}

function failed(method: string, cause: unknown): never {
  const { code, message } = Object(cause) as { code?: unknown; message?: unknown };
  if (DECLINED.includes(code)) throw new AnypathError('forbidden', 'declined in the wallet', { cause });
  throw new AnypathError('internal', `the wallet failed at ${method}: ${message}`, { cause });
}
