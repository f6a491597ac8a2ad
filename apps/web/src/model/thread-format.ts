import { isRecord, parsedJson } from './browser-storage.ts';
import type { CarryingPath, Entry, Thread } from './thread.ts';

const PATHS: readonly CarryingPath[] = ['mailbox', 'relay', 'turn', 'direct'];

export const threadText = ({ entries, unread }: Thread): string => JSON.stringify({ entries, unread });

/**
 * Reads a thread out of the tab's storage.
 *
 * @returns the thread, or `undefined` for what this page did not write; entries that do not fit are left out
 */
export function threadFrom(peer: string, text: string | null): Thread | undefined {
  const value = parsedJson(text);
  if (!isRecord(value) || !Array.isArray(value['entries'])) return undefined;
  const unread = typeof value['unread'] === 'number' ? value['unread'] : 0;
  return { peer, entries: value['entries'].filter(isEntry), unread };
}

function isEntry(value: unknown): value is Entry {
  if (!isRecord(value)) return false;
  const isSaid =
    typeof value['id'] === 'string' && typeof value['body'] === 'string' && typeof value['at'] === 'number';
  return isSaid && hasKnownState(value);
}

function hasKnownState(value: Readonly<Record<string, unknown>>): boolean {
  switch (value['state']) {
    case 'sending':
    case 'queued':
    case 'failed':
      return value['mine'] === true;
    case 'delivered':
    case 'elsewhere':
      return value['mine'] === true && isCarried(value);
    case 'received':
      return value['mine'] === false && isCarried(value);
    default:
      return false;
  }
}

const isCarried = (value: Readonly<Record<string, unknown>>): boolean =>
  typeof value['ms'] === 'number' && PATHS.some((path) => path === value['path']);
