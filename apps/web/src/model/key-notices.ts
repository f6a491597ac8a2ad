import type { DevicesChanged, KeyRefused, KeyValueStore } from '@anypath/client';
import { isRecord, parsedJson } from './browser-storage.ts';

/**
 * What there is to say about the keys of somebody. `added` and `removed`: they have a new device, or one less. `refused`: the server
 * offered a key that is not theirs as far as can be told; it is not used.
 */
export type NoticeKind = 'added' | 'removed' | 'refused';

/** One thing to say, until the person has put it away. Afterwards it is kept, so that it is not said again. */
export interface KeyNotice {
  readonly kind: NoticeKind;
  readonly keyId: string;
  readonly isRead?: boolean;
}

/** Notices that are kept for one person, the latest. */
const MAX_NOTICES = 64;

/** What a change of devices adds. A key that its wallet has signed is as good as the one before, and needs no word. */
export const noticesOf = ({ added, removed }: DevicesChanged): readonly KeyNotice[] => [
  ...added.filter(({ verified }) => verified !== 'wallet').map(({ keyId }): KeyNotice => ({ kind: 'added', keyId })),
  ...removed.map((keyId): KeyNotice => ({ kind: 'removed', keyId })),
];

export const refusalOf = ({ keyId }: KeyRefused): readonly KeyNotice[] => [{ kind: 'refused', keyId }];

/** The notices with some more; what was said before is not said again. */
export function withNotices(known: readonly KeyNotice[], more: readonly KeyNotice[]): readonly KeyNotice[] {
  const fresh = more.filter(({ kind, keyId }) => !known.some((one) => one.kind === kind && one.keyId === keyId));
  return fresh.length === 0 ? known : [...known, ...fresh].slice(-MAX_NOTICES);
}

/** What is to be said now, each kind once, the warning last. */
export const kindsIn = (notices: readonly KeyNotice[]): readonly NoticeKind[] =>
  (['added', 'removed', 'refused'] as const).filter((kind) =>
    notices.some((notice) => notice.kind === kind && !notice.isRead),
  );

/** Puts all of them away. */
export const allRead = (notices: readonly KeyNotice[]): readonly KeyNotice[] =>
  notices.map((notice) => ({ ...notice, isRead: true }));

/** Reads what a storage has, by peer; what this page did not write is left out. */
export function storedNotices(store: KeyValueStore, key: string): ReadonlyMap<string, readonly KeyNotice[]> {
  const value = parsedJson(store.getItem(key));
  if (!isRecord(value)) return new Map();
  return new Map(
    Object.entries(value).map(([peer, list]) => [peer, Array.isArray(list) ? list.filter(isNotice) : []] as const),
  );
}

const isNotice = (value: unknown): value is KeyNotice =>
  isRecord(value) &&
  typeof value['keyId'] === 'string' &&
  (value['kind'] === 'added' || value['kind'] === 'removed' || value['kind'] === 'refused');
