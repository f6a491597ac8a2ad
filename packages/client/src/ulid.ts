/** Crockford's base32. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 16;

/**
 * A name that nothing else has, and that sorts by its time: a ULID (github.com/ulid/spec), 48 bits of time and 80 of chance.
 *
 * @param ms its time, Unix milliseconds
 * @returns 26 characters
 */
export function ulid(ms = Date.now()): string {
  const time = Array.from({ length: TIME_DIGITS }, (_, index) => Math.floor(ms / 32 ** (TIME_DIGITS - 1 - index)));
  return [...time, ...crypto.getRandomValues(new Uint8Array(RANDOM_DIGITS))]
    .map((digit) => DIGITS[digit % 32])
    .join('');
}
