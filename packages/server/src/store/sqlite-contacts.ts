import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import * as v from 'valibot';
import { type Pair, STRANGERS, type Stance, sorted } from '../contacts/pair.ts';
import type { AtOnce } from '../maybe.ts';
import type { ContactCount, PairChange, PairWith, Store } from './port.ts';

const State = v.picklist(['none', 'asked', 'unheard', 'mutual', 'blocked']);
const PairRow = v.object({ a_state: State, b_state: State, a_since_ms: v.number(), b_since_ms: v.number() });
const PeerRows = v.array(v.tuple([v.string(), State, State, v.number(), v.number()]));
const MutualRow = v.object({ peers: v.nullable(v.string()) });
const CountRow = v.object({ own: v.number(), asking: v.number() });

const PAIR = 'a_state, b_state, a_since_ms, b_since_ms';
/** The pairs in which a wallet sees a contact from side a, and from side b; the conditions are those of the two indexes. */
const SEEN_BY_A = "contacts INDEXED BY contacts_seen_by_a WHERE a = ? AND (a_state <> 'none' OR b_state = 'asked')";
const SEEN_BY_B = "contacts INDEXED BY contacts_seen_by_b WHERE b = ? AND (b_state <> 'none' OR a_state = 'asked')";

type ContactStore = AtOnce<
  Pick<Store, 'contactPair' | 'changeContact' | 'contactsOf' | 'countContacts' | 'mutualContactsOf'>
>;

/** The contacts of the embedded store: a row for each pair of wallets that are no strangers. */
export function contactsOn(db: DatabaseSyncInstance): ContactStore {
  const read = db.prepare(`SELECT ${PAIR} FROM contacts WHERE a = ? AND b = ?`);
  const write = db.prepare(
    `INSERT INTO contacts (a, b, ${PAIR}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (a, b) DO UPDATE SET
       a_state = excluded.a_state, b_state = excluded.b_state,
       a_since_ms = excluded.a_since_ms, b_since_ms = excluded.b_since_ms`,
  );
  const remove = db.prepare('DELETE FROM contacts WHERE a = ? AND b = ?');
  const readPeers = db.prepare(
    `SELECT b AS peer, ${PAIR} FROM ${SEEN_BY_A}
     UNION ALL SELECT a AS peer, ${PAIR} FROM ${SEEN_BY_B}`,
  );
  // An object for each of some thousand rows takes twice as long.
  readPeers.setReturnArrays(true);
  const count = db.prepare(
    `SELECT count(*) - count(own) AS asking, count(own) AS own FROM (
       SELECT nullif(a_state, 'none') AS own FROM ${SEEN_BY_A}
       UNION ALL SELECT nullif(b_state, 'none') FROM ${SEEN_BY_B})`,
  );
  // One text is ten times as fast as a row for each; no wallet has a space.
  const readMutual = db.prepare(
    `SELECT group_concat(peer, ' ') AS peers FROM (
       SELECT b AS peer FROM ${SEEN_BY_A} AND a_state = 'mutual'
       UNION ALL SELECT a FROM ${SEEN_BY_B} AND b_state = 'mutual')`,
  );

  function contactPair(one: string, other: string): Pair {
    const row = read.get(...sorted(one, other));
    if (row === undefined) return STRANGERS;
    const known = v.parse(PairRow, row);
    return { a: stanceOf(known.a_state, known.a_since_ms), b: stanceOf(known.b_state, known.b_since_ms) };
  }

  function put(one: string, other: string, { a, b }: Pair): void {
    const wallets = sorted(one, other);
    if (a.state === 'none' && b.state === 'none') remove.run(...wallets);
    else write.run(...wallets, a.state, b.state, sinceOf(a), sinceOf(b));
  }

  return {
    contactPair,
    changeContact: (one, other, change): PairChange => {
      // Before the row is read, so that no other process changes it in between.
      db.exec('BEGIN IMMEDIATE');
      try {
        const before = contactPair(one, other);
        const after = change(before);
        if (after !== before) put(one, other, after);
        db.exec('COMMIT');
        return { before, after };
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      }
    },
    contactsOf: (wallet): PairWith[] =>
      v.parse(PeerRows, readPeers.all(wallet, wallet)).map(([peer, a, b, aSinceMs, bSinceMs]) => {
        return { peer, pair: { a: stanceOf(a, aSinceMs), b: stanceOf(b, bSinceMs) } };
      }),
    countContacts: (wallet): ContactCount => v.parse(CountRow, count.get(wallet, wallet)),
    mutualContactsOf: (wallet): string[] => v.parse(MutualRow, readMutual.get(wallet, wallet)).peers?.split(' ') ?? [],
  };
}

const stanceOf = (state: Stance['state'], sinceMs: number): Stance =>
  state === 'none' ? { state } : { state, sinceMs };

const sinceOf = (stance: Stance): number => (stance.state === 'none' ? 0 : stance.sinceMs);
