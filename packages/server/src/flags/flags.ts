import { createHash } from 'node:crypto';
import { AnypathError } from '@anypath/protocol';
import type { FlagDocument, Store } from '../store/port.ts';

/** The features that an operator can switch, what holds where nobody has, and what they are. */
export const FLAGS = {
  'rtc.ice': { enabled: true, doc: 'ICE servers over HTTP' },
  'rtc.signal': { enabled: true, doc: 'offers, answers and candidates over the socket' },
  'rtc.report': { enabled: true, doc: 'reports of how connections went, for the metrics' },
  'relay.enqueue': { enabled: true, doc: 'messages for the mailbox' },
} as const;

/** Name of a feature flag. */
export type Flag = keyof typeof FLAGS;

/** Whether a text names a flag. */
export const isFlag = (key: string): key is Flag => Object.hasOwn(FLAGS, key);

/** How often the store is asked. A change is seen within a second (also one by another process). */
const REFRESH_MS = 400;

/** Which features are on, for whom. */
export class Flags {
  readonly #store: Pick<Store, 'flags'>;
  readonly #timer: NodeJS.Timeout;
  #known: ReadonlyMap<string, FlagDocument>;
  #isAsking = false;

  private constructor(store: Pick<Store, 'flags'>, known: readonly FlagDocument[]) {
    this.#store = store;
    this.#known = byKey(known);
    this.#timer = setInterval(() => void this.#refresh(), REFRESH_MS).unref();
  }

  /** Reads what is switched now, and follows the changes from then on. @throws what the store cannot be read with */
  static async follow(store: Pick<Store, 'flags'>): Promise<Flags> {
    return new Flags(store, await store.flags());
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Whether a feature is on for a wallet. */
  isEnabled(flag: Flag, wallet: string): boolean {
    const known = this.#known.get(flag);
    return known ? isOnFor(known, wallet) : FLAGS[flag].enabled;
  }

  /** @throws AnypathError `feature_disabled` where it is off for the wallet */
  require(flag: Flag, wallet: string): void {
    if (!this.isEnabled(flag, wallet)) throw new AnypathError('feature_disabled', `${flag} is switched off`);
  }

  /** What was known last holds while the store cannot be read. */
  async #refresh(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      this.#known = byKey(await this.#store.flags());
    } catch (error) {
      // The store has told the log; the next time may be better.
      if (!(error instanceof AnypathError)) throw error;
    } finally {
      this.#isAsking = false;
    }
  }
}

const byKey = (flags: readonly FlagDocument[]): ReadonlyMap<string, FlagDocument> =>
  new Map(flags.map((flag) => [flag.key, flag]));

/**
 * Whether a flag is on for a wallet. A wallet that is named counts before everything else; a percentage takes the same
 * wallets each time, and others for each flag.
 */
export function isOnFor({ key, enabled, percent, wallets }: FlagDocument, wallet: string): boolean {
  if (Object.hasOwn(wallets, wallet)) return wallets[wallet] === true;
  if (!enabled || percent <= 0) return false;
  return percent >= 100 || share(`${key}:${wallet}`) < percent;
}

/** Where a text falls between 0 and 100, evenly. */
const share = (text: string): number => (createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32) * 100;
