import type { Config } from '../config.ts';
import { openMongoStore } from './mongo.ts';
import type { Store } from './port.ts';
import { openSqliteStore } from './sqlite.ts';
import type { MailboxListeners } from './sqlite-mailbox.ts';

/**
 * Opens the store that the settings name: MongoDB where STORE_URL is set, else SQLite in DATA_DIR.
 *
 * @param listeners told what happens
 * @throws Error where it cannot be opened; the sentence says what to do
 */
export async function openStore(
  { DATA_DIR, STORE_URL }: Pick<Config, 'DATA_DIR' | 'STORE_URL'>,
  listeners: MailboxListeners = {},
): Promise<Store> {
  return STORE_URL === '' ? openSqliteStore(DATA_DIR, listeners) : openMongoStore(STORE_URL, listeners);
}
