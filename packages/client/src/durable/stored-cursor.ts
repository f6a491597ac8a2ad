import { Id } from '@anypath/protocol';
import * as v from 'valibot';

const seq = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** A cursor as it is kept. */
export const StoredCursor = v.object({ epoch: Id, through: seq, skipped: v.array(v.strictTuple([seq, seq])) });
