import { isRecord, parsedJson } from './browser-storage.ts';
import { CALL_OUTCOMES, type CarryingPath, type Entry, type Thread } from './thread.ts';

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
  return isSaid && isMissed(value['missed']) && hasKnownState(value);
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
    case 'call':
      return value['mine'] === false && isCall(value['call']);
    default:
      return false;
  }
}

const isCarried = (value: Readonly<Record<string, unknown>>): boolean =>
  typeof value['ms'] === 'number' && PATHS.some((path) => path === value['path']);

const isMissed = (value: unknown): boolean =>
  value === undefined || (isRecord(value) && typeof value['video'] === 'boolean');

const isCall = (value: unknown): boolean =>
  isRecord(value) &&
  (value['direction'] === 'outgoing' || value['direction'] === 'incoming') &&
  typeof value['video'] === 'boolean' &&
  CALL_OUTCOMES.some((outcome) => outcome === value['outcome']) &&
  (value['lastedMs'] === undefined || typeof value['lastedMs'] === 'number');
