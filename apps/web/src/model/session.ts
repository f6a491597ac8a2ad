import type { KeyValueStore } from '@anypath/client';
import { isRecord, kept, parsedJson } from './browser-storage.ts';

/** A sign-in: of this tab by its token, or of the whole browser by a cookie that the page cannot see. */
export interface Session {
  readonly wallet: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
  /** There is none where the session is in the cookie. */
  readonly token?: string;
  /** Whether it may see how the server does. */
  readonly admin?: boolean;
}

const KEY = 'anypath-web:session';

/** Reads a session out of an answer or a storage; `undefined` for anything else. */
export function sessionFrom(value: unknown): Session | undefined {
  if (!isRecord(value)) return undefined;
  const { wallet, token, expiresAt, admin } = value;
  if (typeof wallet !== 'string' || typeof expiresAt !== 'number') return undefined;
  return { wallet, expiresAt, ...(typeof token === 'string' ? { token } : {}), ...(admin === true ? { admin } : {}) };
}

/** The session that this tab has by a token, unless it is over. */
export function storedSession(store: KeyValueStore, nowMs: number): Session | undefined {
  const session = sessionFrom(parsedJson(store.getItem(KEY)));
  return session?.token !== undefined && session.expiresAt > nowMs ? session : undefined;
}

/** Keeps a session for a reload; one in the cookie is kept by the browser. */
export function storeSession(store: KeyValueStore, session: Session): void {
  if (session.token === undefined) forgetSession(store);
  else kept(store, KEY, JSON.stringify(session));
}

export const forgetSession = (store: KeyValueStore): void => store.removeItem(KEY);
