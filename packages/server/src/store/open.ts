import type { Config } from '../config.ts';
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
  if (STORE_URL === '') return openSqliteStore(DATA_DIR, listeners);
  // Only where it is needed: loading the driver takes as long as everything else at the start.
  const { openMongoStore } = await import('./mongo.ts');
  return openMongoStore(STORE_URL, listeners);
}
