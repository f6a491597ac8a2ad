import type { Standing } from './contact-book.ts';
import { isAddress, type NameProblem, nameProblem } from './wallet-name.ts';

/** Why somebody cannot be asked. */
export type AskProblem = NameProblem | 'bad_address' | 'yourself' | 'asked_already' | 'blocked_by_you';

/** So long a number after 0x is meant to be an address. */
const LIKE_AN_ADDRESS = /^0x[0-9a-f]{24,}$/i;

/** The wallet that somebody means who types a name: addresses are known in lower case, and what was pasted may have space around it. */
export function walletNamed(name: string): string {
  const trimmed = name.trim();
  return isAddress(trimmed) ? trimmed.toLowerCase() : trimmed;
}

/**
 * Checks whether a wallet can be asked.
 *
 * @param own our wallet
 * @param standing how they stand to us
 */
export function askProblem(wallet: string, own: string, standing: Standing | undefined): AskProblem | undefined {
  const problem = nameProblem(wallet);
  if (problem) return problem;
  if (wallet === own) return 'yourself';
  if (standing === 'asked') return 'asked_already';
  if (standing === 'blocked') return 'blocked_by_you';
  return LIKE_AN_ADDRESS.test(wallet) && !isAddress(wallet) ? 'bad_address' : undefined;
}
