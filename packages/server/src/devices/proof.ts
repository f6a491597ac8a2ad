import { AnypathError, bindsDeviceKey, type DeviceProof, readSignedMessage } from '@anypath/protocol';
import { isOfDomain, readWalletMessage, signerOf } from '../auth/wallet-message.ts';
import type { Config } from '../config.ts';

/** Checks that a wallet has bound a key to itself. @throws AnypathError `invalid_payload`, `signature_invalid` */
export type ProofCheck = (wallet: string, publicKey: string, proof: DeviceProof) => Promise<void>;

/**
 * The check of what binds a device key to an Ethereum wallet. It is the message of some sign-in, whose nonce was used up by it and
 * whose time may be long over. Neither is looked at again: what is proven is the key and not that somebody is present, and a proof
 * that is presented twice says the same of the same key.
 *
 * @param config where wallets may sign in, the domain must be one of this server, so that the page of nobody else can have a key bound
 * @returns a function that throws AnypathError `invalid_payload` for what is no message of EIP-4361, and `signature_invalid` where
 *   it is of another address, key or domain, or the signature of somebody else
 */
export function proofCheck({
  walletSignIn,
  walletDomains,
}: Pick<Config, 'walletSignIn' | 'walletDomains'>): ProofCheck {
  return async (wallet, publicKey, { message, signature }) => {
    const fields = await readWalletMessage(message);
    const signed = readSignedMessage(message);
    if (fields.address.toLowerCase() !== wallet) throw invalid('is of another wallet');
    if (!signed || !bindsDeviceKey(signed, publicKey))
      throw invalid('does not name this key, or names another one as well');
    if (walletSignIn && !isOfDomain(fields, walletDomains)) throw invalid('names a domain that is not of this server');
    if ((await signerOf(message, signature)) !== wallet) throw invalid('was signed by somebody else');
  };
}

const invalid = (how: string) => new AnypathError('signature_invalid', `proof: the message ${how}`);
