import type { Standing } from './contact-book.ts';
import type { Entry, Thread } from './thread.ts';

/** Somebody in the list. */
export interface Person {
  readonly wallet: string;
  readonly isOnline: boolean;
  readonly unread: number;
  /** The newest message of the conversation, where there is one. */
  readonly last: Entry | undefined;
  readonly standing: Standing | undefined;
}

/** Everybody, each in one place. */
export interface Everybody {
  /** Who is online first, each half by name: the list stays still while messages come in. */
  readonly people: readonly Person[];
  /** Wallets that ask us. */
  readonly asking: readonly string[];
  /** Wallets that we ask, and never talked to. */
  readonly asked: readonly string[];
  readonly blocked: readonly string[];
}

/** What is known of others. */
export interface Known {
  /** Who is online: contacts, or everybody where the server has no contacts. */
  readonly online: readonly string[];
  readonly threads: ReadonlyMap<string, Thread>;
  /** Wallets that may stand to us in some way. */
  readonly related: Iterable<string>;
  readonly standingOf: (wallet: string) => Standing | undefined;
}

/** Puts everybody in their place. */
export function everybody({ online, threads, related, standingOf }: Known): Everybody {
  const isThere = new Set(online);
  const people: Person[] = [];
  const others = { asking: [] as string[], asked: [] as string[], blocked: [] as string[] };
  for (const wallet of new Set([...online, ...threads.keys(), ...related])) {
    const thread = threads.get(wallet);
    const standing = standingOf(wallet);
    const place = placeOf(standing, isThere.has(wallet), thread !== undefined && thread.entries.length > 0);
    if (place !== 'people') others[place].push(wallet);
    else
      people.push({
        wallet,
        isOnline: isThere.has(wallet),
        unread: thread?.unread ?? 0,
        last: thread?.entries.at(-1),
        standing,
      });
  }
  people.sort((a, b) => Number(b.isOnline) - Number(a.isOnline) || a.wallet.localeCompare(b.wallet));
  for (const wallets of Object.values(others)) wallets.sort((a, b) => a.localeCompare(b));
  return { people, ...others };
}

/** Who is online can be talked to, whatever the contacts say. */
function placeOf(standing: Standing | undefined, isOnline: boolean, hasTalked: boolean): keyof Everybody {
  if (standing === 'blocked') return 'blocked';
  if (isOnline) return 'people';
  if (standing === 'asking') return 'asking';
  return standing === 'asked' && !hasTalked ? 'asked' : 'people';
}

/** Why what is written to somebody would not get there. Strangers are written to where the server has no contacts. */
export function obstacleTo(standing: Standing | undefined, isOnline: boolean): Exclude<Standing, 'mutual'> | undefined {
  if (standing === undefined || standing === 'mutual') return undefined;
  return isOnline && standing !== 'blocked' ? undefined : standing;
}

/** What waits for the person: messages that were not read and requests that were not answered. */
export const waitingIn = ({ people, asking }: Everybody): number =>
  people.reduce((sum, { unread }) => sum + unread, asking.length);

/** Whether there is nobody to talk to, and nobody who wants to. */
export const isAlone = ({ people, asking }: Everybody): boolean =>
  asking.length === 0 && !people.some(({ isOnline, standing }) => isOnline || standing === 'mutual');
