const WORD_BITS = 32;
/** Numbers below the highest one that may still come; as many as fit into a network's and a path change's reordering. */
export const REPLAY_WINDOW = 1024;
/** One word more than the window has, so that a whole word can be cleared ahead of use (RFC 6479, section 2). */
const WORDS = REPLAY_WINDOW / WORD_BITS + 1;

/** Which numbers have been seen: a sliding window as IPsec has it (RFC 4303, 3.4.3; RFC 6479). Numbers below 2^32. */
export class ReplayWindow {
  readonly #words = new Uint32Array(WORDS);
  #highest = -1;

  /** Whether a number was not seen yet, and is not too old to be known. */
  isFresh(number: number): boolean {
    if (number > this.#highest) return true;
    if (this.#highest - number >= REPLAY_WINDOW) return false;
    return (this.#word(number) & bit(number)) === 0;
  }

  /** Remembers a number that `isFresh` accepted. */
  mark(number: number): void {
    const index = wordOf(number);
    if (number > this.#highest) {
      const from = this.#highest < 0 ? index : wordOf(this.#highest);
      for (let word = Math.max(from, index - WORDS) + 1; word <= index; word++) this.#words[word % WORDS] = 0;
      this.#highest = number;
    }
    this.#words[index % WORDS] = this.#word(number) | bit(number);
  }

  #word(number: number): number {
    return this.#words[wordOf(number) % WORDS] ?? 0;
  }
}

const wordOf = (number: number): number => Math.floor(number / WORD_BITS);
const bit = (number: number): number => 1 << (number % WORD_BITS);
