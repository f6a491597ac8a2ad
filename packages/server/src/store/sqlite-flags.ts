import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { AtOnce } from '../maybe.ts';
import type { FlagDocument, Store } from './port.ts';

interface FlagRow {
  readonly key: string;
  readonly enabled: number;
  readonly percent: number;
}

/** The flags of the embedded store. */
export function flagsOn(db: DatabaseSyncInstance): AtOnce<Pick<Store, 'flags' | 'setFlag' | 'removeFlag'>> {
  const readFlags = db.prepare('SELECT key, enabled, percent FROM flags ORDER BY key');
  const readWallets = db.prepare('SELECT wallet, enabled FROM flag_wallets WHERE key = ? ORDER BY wallet');
  const remove = db.prepare('DELETE FROM flags WHERE key = ?');
  const addFlag = db.prepare('INSERT INTO flags (key, enabled, percent) VALUES (?, ?, ?)');
  const addWallet = db.prepare('INSERT INTO flag_wallets (key, wallet, enabled) VALUES (?, ?, ?)');

  const walletsOf = (key: string): FlagDocument['wallets'] => {
    const rows = readWallets.all(key) as { wallet: string; enabled: number }[];
    return Object.fromEntries(rows.map(({ wallet, enabled }) => [wallet, enabled === 1]));
  };

  return {
    flags: () =>
      (readFlags.all() as FlagRow[]).map(({ key, enabled, percent }) => {
        return { key, enabled: enabled === 1, percent, wallets: walletsOf(key) };
      }),
    setFlag: ({ key, enabled, percent, wallets }) => {
      db.exec('BEGIN IMMEDIATE');
      try {
        remove.run(key);
        addFlag.run(key, enabled ? 1 : 0, percent);
        for (const [wallet, isOn] of Object.entries(wallets)) addWallet.run(key, wallet, isOn ? 1 : 0);
        db.exec('COMMIT');
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      }
    },
    removeFlag: (key) => void remove.run(key),
  };
}
