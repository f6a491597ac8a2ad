import { ANSWER_WITHIN_MS, MongoConnection, WORK_WITHIN_MS } from './mongo-connection.ts';
import { contactsIn } from './mongo-contacts.ts';
import { devicesIn } from './mongo-devices.ts';
import { flagsIn } from './mongo-flags.ts';
import { openMongoMailbox } from './mongo-mailbox.ts';
import { prepareDatabase } from './mongo-schema.ts';
import { secretsIn } from './mongo-secrets.ts';
import { revokedSessionsIn } from './mongo-sessions.ts';
import type { Store } from './port.ts';
import type { MailboxListeners } from './sqlite-mailbox.ts';

/**
 * Opens the store that several nodes share: MongoDB, or what speaks its protocol. It needs no transactions, no change streams and no TTL
 * indexes. What has to be decided between nodes is decided by names that can be taken once.
 *
 * @param url STORE_URL; the database is the one that it names, or `anypath`
 * @param listeners told what happens
 * @throws Error where the database cannot be reached in time, or was written by a newer version; the sentence says what to do
 */
export async function openMongoStore(url: string, listeners: MailboxListeners = {}): Promise<Store> {
  const fault = listeners.fault ?? (() => undefined);
  const floor = await prepared(url, fault);
  const connection = await MongoConnection.open(url, ANSWER_WITHIN_MS, fault);
  try {
    return await storeOn(connection, floor, listeners);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** Over a connection of its own, because making an index takes long where there is much. */
async function prepared(url: string, fault: (error: unknown) => void): Promise<number> {
  const connection = await MongoConnection.open(url, WORK_WITHIN_MS, fault);
  try {
    return await prepareDatabase(connection.db);
  } finally {
    await connection.close();
  }
}

async function storeOn(connection: MongoConnection, floor: number, listeners: MailboxListeners): Promise<Store> {
  const mailbox = await openMongoMailbox(connection, floor, listeners);
  return {
    ...flagsIn(connection),
    ...secretsIn(connection),
    ...revokedSessionsIn(connection),
    ...contactsIn(connection),
    ...devicesIn(connection),
    mailbox,
    version: () => undefined,
    close: async () => {
      await mailbox.close();
      await connection.close();
    },
  };
}
