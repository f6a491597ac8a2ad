import * as v from 'valibot';
import * as LIMITS from './limits.ts';

/**
 * A wallet: any identifier without whitespace, control characters or `:` (the separator in `convId`),
 * 1 to 128 characters.
 */
export const Wallet: v.GenericSchema<string> = v.pipe(
  v.string('a wallet is a string'),
  v.regex(
    new RegExp(`^[^\\s:\\p{Cc}\\p{Cf}\\p{Cs}]{1,${LIMITS.walletMaxLength}}$`, 'u'),
    'a wallet has 1 to 128 characters, no whitespace and no ":"',
  ),
);

/** Whether a value may be a wallet. */
export const isWallet = (value: unknown): value is string => v.is(Wallet, value);

/** Identifier of a device, signal, session or message: letters, digits, `-` and `_`, 1 to 64 of them. */
export const Id: v.GenericSchema<string> = v.pipe(
  v.string('an identifier is a string'),
  v.regex(new RegExp(`^[\\w-]{1,${LIMITS.idMaxLength}}$`), 'an identifier has 1 to 64 letters, digits, "-" or "_"'),
);

/**
 * The canonical name of the conversation between two wallets (SPEC S4.3).
 *
 * @param a one wallet
 * @param b the other wallet
 * @returns both, sorted by code unit and joined by `:`
 */
export const convIdOf = (a: string, b: string): string => (a < b ? `${a}:${b}` : `${b}:${a}`);
