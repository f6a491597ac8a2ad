/** What is wrong with a name, if anything. */
export type NameProblem = 'empty' | 'too_long' | 'bad_character';

const MAX_LENGTH = 128;
const BAD_CHARACTER = /[\s:\p{Cc}\p{Cf}\p{Cs}]/u;

/** Checks a name before the server does, so that the answer is at once and in the person's language. */
export function nameProblem(name: string): NameProblem | undefined {
  if (name.length === 0) return 'empty';
  if (BAD_CHARACTER.test(name)) return 'bad_character';
  return [...name].length > MAX_LENGTH ? 'too_long' : undefined;
}

const ETHEREUM_ADDRESS = /^0x[0-9a-f]{40}$/i;

/** Whether a wallet is an Ethereum address. */
export const isAddress = (wallet: string): boolean => ETHEREUM_ADDRESS.test(wallet);

/** A wallet as it is shown where there is little room: an Ethereum address by its two ends. */
export const shortName = (wallet: string): string =>
  isAddress(wallet) ? `${wallet.slice(0, 6)}…${wallet.slice(-4)}` : wallet;

/** The letter that stands for a wallet; all addresses begin alike, and differ after that. */
export const initialOf = (wallet: string): string =>
  ([...(isAddress(wallet) ? wallet.slice(2) : wallet)][0] ?? '').toUpperCase();
