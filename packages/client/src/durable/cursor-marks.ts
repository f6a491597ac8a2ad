import * as v from 'valibot';
import type { Cursor } from '../link/inbox.ts';
import type { KeyValueStore } from '../storage.ts';
import { StoredCursor } from './stored-cursor.ts';

const StoredMarks = v.array(v.strictTuple([v.string(), StoredCursor]));

const skippedBy = ({ skipped }: Cursor): number => skipped.reduce((sum, [from, to]) => sum + to - from + 1, 0);

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

  /** Whether one cursor of a stream is further than another: it has more, or fewer gaps. */
  isFurther(one: Cursor, other: Cursor | undefined): boolean {
    if (!other) return true;
    return one.through === other.through ? skippedBy(one) < skippedBy(other) : one.through > other.through;
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
