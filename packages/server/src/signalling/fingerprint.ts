import { crc32 } from 'node:zlib';
import type { ClientPayload, SignalEvent } from '@anypath/protocol';

/** From so many characters on, to call into zlib is faster than a loop of our own. */
const LONG_CHARACTERS = 256;

/** Of FNV-1a with 32 bits (draft-eastlake-fnv): the offset basis and the prime. */
const BASIS = 0x811c9dc5 | 0;
const PRIME = 0x01000193;

/**
 * What a signal says, to be compared when its name comes again: the event, and the names and values of all fields. 32 bits are enough: by a
 * collision a sender could only keep its own signals from being forwarded.
 *
 * @param signal checked, so that its fields are in the order of its schema
 * @returns a whole number with its sign, which takes no memory of its own in V8: whatever is remembered makes the pauses of the garbage
 *   collector longer. To write the signal as JSON to be hashed takes three times as long, and leaves a text to be collected.
 */
export const fingerprintOf = (event: SignalEvent, signal: ClientPayload<SignalEvent>): number =>
  withFields(withText(BASIS, event), signal);

function withFields(hash: number, fields: object): number {
  let sum = hash;
  for (const name in fields) sum = withValue(withText(sum, name), (fields as Record<string, unknown>)[name]);
  return sum;
}

function withValue(hash: number, value: unknown): number {
  if (typeof value === 'string') return withText(hash, value);
  if (typeof value === 'object' && value !== null) return withFields(hash, value);
  // Which is not what the text of the same characters gives.
  return withText(~hash, String(value));
}

/** With its length, so that a character cannot move from the end of a text to the beginning of the next one. */
function withText(hash: number, text: string): number {
  if (text.length > LONG_CHARACTERS) return crc32(text, hash >>> 0) | 0;
  let sum = Math.imul(hash ^ text.length, PRIME);
  for (let index = 0; index < text.length; index++) sum = Math.imul(sum ^ text.charCodeAt(index), PRIME);
  return sum;
}
