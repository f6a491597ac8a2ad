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

/** Streams of which a message is begun and not complete, at most; of one that goes beyond, a later page puts it together. */
const OPEN_MAX = 16;

/**
 * Puts the parts of messages together. Those of one stream come in order, between those of others; a message whose beginning went
 * to another device is dropped.
 */
export class Assembly {
  /** The parts of the message that is begun, by stream. */
  readonly #open = new Map<string, readonly Incoming[]>();

  /** @returns the parts of the message that this one completes */
  add(incoming: Incoming): readonly Incoming[] | undefined {
    const { part, id, epoch } = incoming.header;
    if (!part) return [incoming];
    const [index, count] = part;
    const begun = this.#open.get(epoch) ?? [];
    this.#open.delete(epoch);
    const known = index > 0 && begun[0]?.header.id === id ? begun : [];
    if (known.length !== index) return undefined;
    const parts = [...known, incoming];
    // No message of ours is longer; whoever sends more has other software.
    if (parts.reduce((sum, { body }) => sum + body.byteLength, 0) > LIMITS.messageMaxBytes) return undefined;
    if (parts.length === count) return parts;
    this.#open.set(epoch, parts);
    const [oldest] = this.#open.keys();
    if (this.#open.size > OPEN_MAX && oldest !== undefined) this.#open.delete(oldest);
    return undefined;
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
