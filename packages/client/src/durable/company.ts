import type { KeyValueStore } from '../storage.ts';
import { CursorMarks } from './cursor-marks.ts';

/** The other pages of this browser that use what is kept for a wallet. */
export interface Company {
  /** What a page that is alone has received, until the store has it. */
  readonly marks: CursorMarks;
  /** Whether there are none: what is received needs no agreement with others then. */
  readonly isAlone: boolean;
  /** Resolves when no other page believes to be alone: what it had is written. Never rejects. */
  readonly ready: Promise<void>;
  /** This page is done with it: others may be alone once what it had is written. */
  close(): void;
}

/** How long a page that was alone may take to write what it has; one that hangs is not waited for, milliseconds. */
const LEAVE_MS = 1_000;

/**
 * Finds out whether this page is alone, by a lock that one page has for itself or all of them share. A page that comes later knocks, and waits
 * until the one that was alone has written what it had.
 *
 * @param name of what is shared
 * @param marks where something can be written at once
 * @param write writes what is only in this page's memory
 */
export function companyOf(locks: LockManager, name: string, marks: KeyValueStore, write: () => Promise<void>): Company {
  const stop = new AbortController();
  const door = new BroadcastChannel(name);
  let isAlone = false;
  const closed = new Promise<void>((resolve) => {
    stop.signal.addEventListener('abort', () => resolve());
  });
  const knocked = new Promise<void>((resolve) => {
    door.onmessage = () => {
      isAlone = false;
      resolve();
    };
  });

  /** @param entered nobody else is alone from now on */
  async function live(entered: () => void): Promise<void> {
    await locks.request(name, { ifAvailable: true }, async (lock) => {
      if (!lock || stop.signal.aborted) return;
      isAlone = true;
      entered();
      await Promise.race([knocked, closed]);
      // Who knocked may have done so before this page knew that it is alone.
      isAlone = false;
      await write();
    });
    if (stop.signal.aborted) return;
    door.postMessage('here');
    await locks.request(name, { mode: 'shared', signal: stop.signal }, () => {
      entered();
      return closed;
    });
  }

  const ready = new Promise<void>((resolve) => {
    setTimeout(resolve, LEAVE_MS);
    live(resolve)
      .catch(() => undefined)
      .finally(() => {
        resolve();
        door.close();
      });
  });
  return {
    marks: new CursorMarks(marks, name),
    get isAlone() {
      return isAlone;
    },
    ready,
    close: () => {
      isAlone = false;
      stop.abort();
    },
  };
}
