import type { Bus } from '../bus/port.ts';
import type { Config } from '../config.ts';
import type { Maybe } from '../maybe.ts';

/** Who may see and signal whom. */
export interface Acquaintances {
  /** Whether two wallets may: in both directions, or not at all. */
  areMutual(a: string, b: string): Maybe<boolean>;
  /** The wallets that one may see; those that are offline may be left out. */
  mutualOf(wallet: string): Maybe<Iterable<string>>;
}

/** @param contacts decides where CONTACTS is `mutual` */
export function acquaintancesOf(
  { CONTACTS }: Pick<Config, 'CONTACTS'>,
  contacts: Acquaintances,
  bus: Pick<Bus, 'wallets'>,
): Acquaintances {
  if (CONTACTS === 'mutual') return contacts;
  return { areMutual: (a, b) => a !== b, mutualOf: (wallet) => [...bus.wallets()].filter((other) => other !== wallet) };
}
