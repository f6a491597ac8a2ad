import type { KeyValueStore } from '@anypath/client';
import { isRecord, kept, parsedJson } from './browser-storage.ts';

/** A sign-in. */
export interface Session {
  readonly wallet: string;
  readonly token: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

const KEY = 'anypath-web:session';

/** Reads a session out of an answer or a storage; `undefined` for anything else. */
export function sessionFrom(value: unknown): Session | undefined {
  if (!isRecord(value)) return undefined;
  const { wallet, token, expiresAt } = value;
  const isSession = typeof wallet === 'string' && typeof token === 'string' && typeof expiresAt === 'number';
  return isSession ? { wallet, token, expiresAt } : undefined;
}

/** The session that this tab has, unless it is over. */
export function storedSession(store: KeyValueStore, nowMs: number): Session | undefined {
  const session = sessionFrom(parsedJson(store.getItem(KEY)));
  return session && session.expiresAt > nowMs ? session : undefined;
}

export const storeSession = (store: KeyValueStore, session: Session): boolean =>
  kept(store, KEY, JSON.stringify(session));

export const forgetSession = (store: KeyValueStore): void => store.removeItem(KEY);
