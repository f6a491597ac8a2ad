import { Id } from '@anypath/protocol';
import * as v from 'valibot';
import type { Cursor } from '../link/inbox.ts';
import type { KeyValueStore } from '../storage.ts';

const seq = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** A cursor as it is kept. */
export const StoredCursor = v.object({ epoch: Id, through: seq, skipped: v.array(v.strictTuple([seq, seq])) });
const StoredMarks = v.array(v.strictTuple([v.string(), StoredCursor]));

const skippedBy = ({ skipped }: Cursor): number => skipped.reduce((sum, [from, to]) => sum + to - from + 1, 0);

/** Whether one cursor of a stream is further than another: it has more, or fewer gaps. */
export const isFurther = (one: Cursor, other: Cursor): boolean =>
  one.through === other.through ? skippedBy(one) < skippedBy(other) : one.through > other.through;

/** Cursors that the durable store will have in a moment: written at once, so that a page that dies before has not forgotten them. */
export class CursorMarks {
  readonly #marks: KeyValueStore;
  readonly #name: string;
  readonly #late = new Map<string, Cursor>();

  /** @param name under which they are kept */
  constructor(marks: KeyValueStore, name: string) {
    this.#marks = marks;
    this.#name = name;
  }

  /** What an earlier page left, by key in the durable store. */
  left(): readonly (readonly [key: string, cursor: Cursor])[] {
    try {
      const { success, output } = v.safeParse(StoredMarks, JSON.parse(this.#marks.getItem(this.#name) ?? ''));
      return success ? output : [];
    } catch {
      return [];
    }
  }

  put(key: string, cursor: Cursor): void {
    this.#late.set(key, cursor);
    this.#write();
  }

  /** The durable store has it: it is forgotten here, unless there is a later one. */
  stored(key: string, cursor: Cursor): void {
    if (this.#late.get(key) !== cursor) return;
    this.#late.delete(key);
    this.#write();
  }

  #write(): void {
    if (this.#late.size === 0) this.#marks.removeItem(this.#name);
    else this.#marks.setItem(this.#name, JSON.stringify([...this.#late]));
  }
}
