import { randomBytes } from 'node:crypto';
import { AnypathError, LIMITS, type Nonce, type WalletSignIn } from '@anypath/protocol';
import type { Bus } from '../bus/port.ts';
import type { Config } from '../config.ts';
import { checkWalletMessage, readWalletMessage, signerOf } from './wallet-message.ts';

/** What a wallet sign-in is checked with. */
export interface WalletSignInParts {
  readonly config: Pick<Config, 'walletDomains' | 'WALLET_CHAIN_IDS'>;
  readonly bus: Pick<Bus, 'keepNonce' | 'takeNonce'>;
  /** The clock, Unix time in milliseconds. */
  readonly nowMs: () => number;
}

/**
 * A fresh nonce: 128 bits, letters and digits (EIP-4361 wants eight or more).
 *
 * @returns it, until when it works, and what else the message must name
 */
export async function offerNonce({ config, bus, nowMs }: WalletSignInParts): Promise<Nonce> {
  const nonce = randomBytes(16).toString('hex');
  await bus.keepNonce(nonce);
  return {
    nonce,
    expiresAt: nowMs() + LIMITS.nonceMs,
    domains: [...config.walletDomains],
    chainIds: [...config.WALLET_CHAIN_IDS],
  };
}

/**
 * The wallet that signed a message (EIP-4361, signature of EIP-191). The nonce is used up before the signature is looked at, so
 * that of any number of attempts with it one alone gets there; a wrong signature uses it up as well. Contract wallets (EIP-1271)
 * cannot sign in: asking their contract takes a node of the chain.
 *
 * @returns the address, in lower case
 * @throws AnypathError `invalid_payload`, `forbidden`, `nonce_invalid`, `signature_invalid`
 */
export async function walletOf({ message, signature }: WalletSignIn, parts: WalletSignInParts): Promise<string> {
  const fields = await readWalletMessage(message);
  checkWalletMessage(fields, parts.config, parts.nowMs());
  if (!(await parts.bus.takeNonce(fields.nonce))) throw new AnypathError('nonce_invalid');
  const wallet = fields.address.toLowerCase();
  if ((await signerOf(message, signature)) !== wallet) throw new AnypathError('signature_invalid');
  return wallet;
}
