import * as v from 'valibot';
import type { MongoConnection } from './mongo-connection.ts';
import type { Store } from './port.ts';

interface StoredSession {
  readonly _id: string;
  readonly untilMs: number;
}

const Session = v.object({ _id: v.string(), untilMs: v.number() });

/** The ended sessions in MongoDB. */
export function revokedSessionsIn(connection: MongoConnection): Pick<Store, 'revokeSession' | 'revokedSessions'> {
  const sessions = connection.db.collection<StoredSession>('sessions');
  return {
    revokeSession: (id, untilMs, nowMs) =>
      connection.run(async () => {
        await sessions.updateOne({ _id: id }, { $setOnInsert: { untilMs } }, { upsert: true });
        await sessions.deleteMany({ untilMs: { $lte: nowMs } });
      }),
    revokedSessions: (nowMs) =>
      connection.run(async () => {
        const found = await sessions.find({ untilMs: { $gt: nowMs } }).toArray();
        return found.map((session) => {
          const { _id, untilMs } = v.parse(Session, session);
          return { id: _id, untilMs };
        });
      }),
  };
}
