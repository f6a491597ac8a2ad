import { Id } from '@anypath/protocol';
import * as v from 'valibot';
import type { KeyValueStore } from '../storage.ts';
import type { Cursor } from './inbox.ts';

const Cursors = v.record(Id, v.object({ epoch: Id, through: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) }));

/** Devices of one peer that are remembered, those heard last: every tab of theirs is one. */
const DEVICES_MAX = 32;

/** Remembers how far each device of one peer was received, so that a reload shows nothing twice. */
export class CursorStore {
  readonly #store: KeyValueStore;
  readonly #key: string;
  #cursors: Record<string, Cursor>;

  /**
   * @param store where it is kept
   * @param self our wallet
   * @param peer the other wallet
   */
  constructor(store: KeyValueStore, self: string, peer: string) {
    this.#store = store;
    this.#key = `anypath:received:${self}:${peer}`;
    this.#cursors = parse(store.getItem(this.#key));
  }

  /** The cursors by device. */
  all(): Readonly<Record<string, Cursor>> {
    return this.#cursors;
  }

  remember(device: string, cursor: Cursor): void {
    const { [device]: _, ...others } = this.#cursors;
    this.#cursors = Object.fromEntries([...Object.entries(others).slice(1 - DEVICES_MAX), [device, cursor]]);
    this.#store.setItem(this.#key, JSON.stringify(this.#cursors));
  }
}

/** What another version or a person left there counts as nothing. */
function parse(text: string | null): Record<string, Cursor> {
  try {
    return v.parse(Cursors, JSON.parse(text ?? '{}'));
  } catch {
    return {};
  }
}
