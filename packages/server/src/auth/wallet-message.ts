import { AnypathError, LIMITS, readSignedMessage } from '@anypath/protocol';
import * as v from 'valibot';
import type { Config } from '../config.ts';
import { isLoopback } from '../loopback.ts';

const Fields = v.object({
  scheme: v.optional(v.string()),
  domain: v.pipe(v.string(), v.minLength(1)),
  address: v.string(),
  uri: v.pipe(
    v.string(),
    v.check((uri) => URL.canParse(uri)),
  ),
  chainId: v.number(),
  nonce: v.string(),
  issuedAt: v.date(),
  expirationTime: v.optional(v.date()),
  notBefore: v.optional(v.date()),
});

/** What a wallet was shown and signed, as far as it is looked at. */
export type WalletMessage = v.InferOutput<typeof Fields>;

/** How far a client's clock may be ahead of ours, milliseconds. */
const CLOCK_TOLERANCE_MS = 60_000;

/** What is needed of the library for Ethereum: loaded where wallets may sign in and nowhere else (0.2 s and 10 MB). */
export async function ethereum() {
  const [{ parseSiweMessage }, { isAddress, recoverMessageAddress }] = await Promise.all([
    import('viem/siwe'),
    import('viem/utils'),
  ]);
  return { parseSiweMessage, isAddress, recoverMessageAddress };
}

/**
 * Reads a message of EIP-4361.
 *
 * @param text as the wallet signed it
 * @throws AnypathError `invalid_payload` for anything that is not exactly such a message
 */
export async function readWalletMessage(text: string): Promise<WalletMessage> {
  const { parseSiweMessage, isAddress } = await ethereum();
  const fields = readSignedMessage(text) ? v.safeParse(Fields, parseSiweMessage(text)) : undefined;
  if (!fields?.success) throw new AnypathError('invalid_payload', 'message: not a message of EIP-4361, version 1');
  if (!isAddress(fields.output.address)) {
    throw new AnypathError('invalid_payload', 'message: the checksum of the address is wrong (EIP-55)');
  }
  return fields.output;
}

/**
 * Checks that a message was meant for this server, and for now.
 *
 * @param nowMs Unix time in milliseconds
 * @throws AnypathError `forbidden` for another domain, URI or chain; `nonce_invalid` where it is too old; `invalid_payload`
 *   where it is of the future
 */
export function checkWalletMessage(
  message: WalletMessage,
  config: Pick<Config, 'walletDomains' | 'WALLET_CHAIN_IDS'>,
  nowMs: number,
): void {
  checkDomain(message, config.walletDomains);
  if (!config.WALLET_CHAIN_IDS.includes(message.chainId)) {
    throw new AnypathError('forbidden', 'the message names a chain that is not accepted here (WALLET_CHAIN_IDS)');
  }
  const issuedAtMs = message.issuedAt.getTime();
  const expiresAtMs = message.expirationTime?.getTime() ?? Number.POSITIVE_INFINITY;
  if (issuedAtMs < nowMs - LIMITS.nonceMs || expiresAtMs <= nowMs) {
    throw new AnypathError('nonce_invalid', 'the message is too old');
  }
  const startsAtMs = Math.max(issuedAtMs - CLOCK_TOLERANCE_MS, message.notBefore?.getTime() ?? 0);
  if (startsAtMs > nowMs) throw new AnypathError('invalid_payload', 'message: it is of the future; check the clock');
}

function checkDomain(message: WalletMessage, domains: readonly string[]): void {
  if (isOfDomain(message, domains)) return;
  throw new AnypathError('forbidden', 'the domain or the URI of the message is not of this server');
}

/**
 * Whether a message was for pages of one of these domains. The page that asks is named twice, and the two must agree: what the
 * wallet compares with the page is the domain alone.
 */
export function isOfDomain({ domain, uri, scheme }: WalletMessage, domains: readonly string[]): boolean {
  const { host, hostname, protocol } = new URL(uri);
  const isKnown = domains.includes(host) || (domains.includes('loopback') && isLoopback(hostname));
  const isSame = host === domain.toLowerCase() && (scheme === undefined || protocol === `${scheme.toLowerCase()}:`);
  return isKnown && isSame && /^https?:$/.test(protocol);
}

/** The address that signed a message (EIP-191), in lower case; `undefined` where the signature belongs to no key at all. */
export async function signerOf(message: string, signature: string): Promise<string | undefined> {
  const { recoverMessageAddress } = await ethereum();
  try {
    return (await recoverMessageAddress({ message, signature: `0x${signature.slice(2)}` })).toLowerCase();
  } catch {
    return undefined;
  }
}
