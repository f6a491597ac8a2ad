import { AnypathError, type DeviceProof } from '@anypath/protocol';

/**
 * `isProofOf`, whose code is loaded where there is a proof to be checked.
 *
 * @throws AnypathError `unreachable` where it cannot be loaded: then it is not known
 */
export async function isProof(wallet: string, publicKey: string, proof: DeviceProof): Promise<boolean> {
  const { isProofOf } = await import('./wallet-proof.ts').catch((cause: unknown) => {
    throw new AnypathError('unreachable', 'the code that checks signatures of wallets could not be loaded', { cause });
  });
  return isProofOf(wallet, publicKey, proof);
}
