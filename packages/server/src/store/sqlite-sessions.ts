import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { AtOnce } from '../maybe.ts';
import type { RevokedSession, Store } from './port.ts';

/** The ended sessions, in the embedded store. */
export function revokedSessionsOn(db: DatabaseSyncInstance): AtOnce<Pick<Store, 'revokeSession' | 'revokedSessions'>> {
  const write = db.prepare('INSERT INTO revoked_sessions (id, until_ms) VALUES (?, ?) ON CONFLICT (id) DO NOTHING');
  const read = db.prepare('SELECT id, until_ms AS untilMs FROM revoked_sessions WHERE until_ms > ?');
  const forget = db.prepare('DELETE FROM revoked_sessions WHERE until_ms <= ?');
  return {
    revokeSession: (id, untilMs, nowMs) => {
      write.run(id, untilMs);
      forget.run(nowMs);
    },
    revokedSessions: (nowMs) => read.all(nowMs) as RevokedSession[],
  };
}
