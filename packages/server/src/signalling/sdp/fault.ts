import { AnypathError } from '@anypath/protocol';

/**
 * What the checks of this folder throw.
 *
 * @param part what was checked
 * @param sentence the fault, in plain words: never a piece of what was checked, because errors are logged
 */
export const fault = (part: 'sdp' | 'candidate', sentence: string): AnypathError =>
  new AnypathError('invalid_payload', `${part}: ${sentence}`);
