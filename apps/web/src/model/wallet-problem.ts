import { AnypathError } from '@anypath/client';
import { isRecord } from './browser-storage.ts';

/** What may go wrong in the wallet itself. */
export type WalletProblem = 'wallet_declined' | 'wallet_busy' | 'wallet_failed' | 'wallet_forbidden';

/** The person is asked in the wallet already, from an earlier click. MetaMask and others, JSON-RPC "resource unavailable" (EIP-1474). */
const ALREADY_ASKED = -32002;

/** What went wrong at a sign-in with a wallet: a problem of the wallet, or the server's code. */
export function walletProblem(error: unknown): string {
  if (!(error instanceof AnypathError)) return 'internal';
  const { code, cause } = error;
  if (code === 'forbidden') return cause === undefined ? 'wallet_forbidden' : 'wallet_declined';
  if (code !== 'internal' || cause === undefined) return code;
  return isRecord(cause) && cause['code'] === ALREADY_ASKED ? 'wallet_busy' : 'wallet_failed';
}
