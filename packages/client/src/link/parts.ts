import { LIMITS } from '@anypath/protocol';
import type { Incoming } from './inbox.ts';

/** The parts in which a message travels. A short one has one, and `undefined` for its name. */
export function partsOf(
  body: Uint8Array,
): { readonly body: Uint8Array; readonly part: readonly [index: number, count: number] | undefined }[] {
  const count = Math.max(1, Math.ceil(body.byteLength / LIMITS.partMaxBytes));
  if (count === 1) return [{ body, part: undefined }];
  return Array.from({ length: count }, (_, index) => ({
    body: body.subarray(index * LIMITS.partMaxBytes, (index + 1) * LIMITS.partMaxBytes),
    part: [index, count] as const,
  }));
}

/** Puts the parts of messages together. They come in order; a message whose beginning went to another device is dropped. */
export class Assembly {
  #open: Incoming[] = [];
  #bytes = 0;

  /** @returns the parts of the message that this one completes */
  add(incoming: Incoming): readonly Incoming[] | undefined {
    const { part, id } = incoming.header;
    if (!part) return [incoming];
    const [index, count] = part;
    if (index === 0 || this.#open[0]?.header.id !== id || this.#open.length !== index) {
      this.#open = [];
      this.#bytes = 0;
      if (index !== 0) return undefined;
    }
    this.#bytes += incoming.body.byteLength;
    // No message of ours is longer; whoever sends more has other software.
    if (this.#bytes > LIMITS.messageMaxBytes) {
      this.#open = [];
      return undefined;
    }
    this.#open.push(incoming);
    if (this.#open.length < count) return undefined;
    const parts = this.#open;
    this.#open = [];
    return parts;
  }
}

/** The body of a message from its parts. */
export function joined(parts: readonly Incoming[]): Uint8Array {
  const [only] = parts;
  if (only && parts.length === 1) return only.body;
  const whole = new Uint8Array(parts.reduce((sum, { body }) => sum + body.byteLength, 0));
  let offset = 0;
  for (const { body } of parts) {
    whole.set(body, offset);
    offset += body.byteLength;
  }
  return whole;
}
