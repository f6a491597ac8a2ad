import type { Entry, Thread } from './thread.ts';

/** Somebody in the list. */
export interface Person {
  readonly wallet: string;
  readonly isOnline: boolean;
  readonly unread: number;
  /** The newest message of the conversation, where there is one. */
  readonly last: Entry | undefined;
}

/**
 * Everybody who is online and everybody with whom there is a conversation.
 *
 * @returns who is online first, each half by name: the list stays still while messages come in
 */
export function peopleOf(online: readonly string[], threads: ReadonlyMap<string, Thread>): readonly Person[] {
  const isThere = new Set(online);
  const wallets = new Set([...online, ...threads.keys()]);
  const people = [...wallets].map((wallet): Person => {
    const thread = threads.get(wallet);
    const last = thread?.entries.at(-1);
    return { wallet, isOnline: isThere.has(wallet), unread: thread?.unread ?? 0, last };
  });
  return people.sort((a, b) => Number(b.isOnline) - Number(a.isOnline) || a.wallet.localeCompare(b.wallet));
}

/** Unread messages of all conversations. */
export const unreadOf = (threads: ReadonlyMap<string, Thread>): number =>
  [...threads.values()].reduce((sum, { unread }) => sum + unread, 0);
