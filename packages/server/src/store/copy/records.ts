import { createHash } from 'node:crypto';
import type { Pair } from '../../contacts/pair.ts';
import type { WaitingMail } from '../mailbox-port.ts';
import type { FlagDocument, RevokedSession, StoredDevice } from '../port.ts';

/** Everything that a store holds, in a form that is the same whichever store it is. */
export interface Records {
  readonly flag: FlagDocument;
  readonly secret: { readonly name: string; readonly value: Uint8Array };
  readonly session: RevokedSession;
  readonly contact: { readonly a: string; readonly b: string; readonly pair: Pair };
  /** The devices of a wallet, those of the oldest first, and its revoked keys, by `keyId`. */
  readonly wallet: {
    readonly wallet: string;
    readonly devices: readonly StoredDevice[];
    readonly revoked: readonly { readonly keyId: string; readonly atMs: number }[];
  };
  /** A message that waits in a mailbox, with those that it still waits for, sorted. */
  readonly mail: WaitingMail & { readonly owner: string; readonly readers: readonly string[] };
  /** A message that is gone, for a sender that repeats it. */
  readonly memory: Omit<WaitingMail, 'body'>;
}

/** What there is, in the order in which it is copied. */
export const KINDS = ['flag', 'secret', 'session', 'contact', 'wallet', 'mail', 'memory'] as const;
export type Kind = (typeof KINDS)[number];

/** How many there are of a kind, and a hash over all of them, whatever their order. */
export interface Digest {
  readonly count: number;
  /** SHA-256, hexadecimal. */
  readonly sha256: string;
}

/** Makes the digest of records as they pass by. */
export class Digester {
  readonly #hashes: string[] = [];

  add(record: Records[Kind]): void {
    this.#hashes.push(createHash('sha256').update(canonical(record)).digest('base64'));
  }

  digest(): Digest {
    const sha256 = createHash('sha256').update(this.#hashes.sort().join('\n')).digest('hex');
    return { count: this.#hashes.length, sha256 };
  }
}

/** A value as JSON with the fields in the order of their names, and bytes in base64. */
export function canonical(value: unknown): string {
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'));
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
}
