import { bindsDeviceKey, DeviceProof, readSignedMessage } from '@anypath/protocol';
import * as v from 'valibot';
import { signerOf } from './ethereum-signer.ts';

// Loaded by `import()` where a proof is to be checked, and nowhere else: it would double the SDK.

/**
 * Whether a wallet has bound a device key to itself: its owner signed a message of EIP-4361 that names the key, and no other one.
 * The server is not believed in anything. When and where the message was signed does not count: the wallet showed its owner the
 * page, and what is proven is the key.
 *
 * @param wallet the address in lower case, as wallets are named here; for any other wallet there is no proof
 * @param publicKey of the device, base64url
 */
export function isProofOf(wallet: string, publicKey: string, proof: DeviceProof): boolean {
  if (!v.is(DeviceProof, proof)) return false;
  const signed = readSignedMessage(proof.message);
  if (!signed || signed.address.toLowerCase() !== wallet || !bindsDeviceKey(signed, publicKey)) return false;
  return signerOf(proof.message, proof.signature) === wallet;
}
