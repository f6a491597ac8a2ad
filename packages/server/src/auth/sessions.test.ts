import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSqliteStore } from '../store/sqlite.ts';
import { createSessions } from './sessions.ts';

describe('ended sessions (real SQLite)', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-sessions-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('stay ended across a restart, until they would have expired', () => {
    let store = openSqliteStore(folder);
    const sessions = createSessions(store, () => 1000);
    sessions.end('soon', 2000);
    sessions.end('late', 8.64e15);
    sessions.end('late', 8.64e15);
    expect(['soon', 'late', 'other'].map(sessions.hasEnded)).toEqual([true, true, false]);
    store.close();
    store = openSqliteStore(folder);
    expect(['soon', 'late'].map(createSessions(store, () => 1999).hasEnded)).toEqual([true, true]);
    expect(['soon', 'late'].map(createSessions(store, () => 2000).hasEnded)).toEqual([false, true]);
    store.close();
  });

  it('are forgotten after that, in memory and on disk', () => {
    const store = openSqliteStore(folder);
    let now = 0;
    const sessions = createSessions(store, () => now);
    for (let index = 0; index < 10; index++) sessions.end(`s${index}`, 1000);
    now = 100_000;
    sessions.end('last', 200_000);
    expect(sessions.hasEnded('s0')).toBe(false);
    expect(store.revokedSessions(0)).toEqual([{ id: 'last', untilMs: 200_000 }]);
    store.close();
  });

  it('are told to whoever listens, and ended also where the disk is full', () => {
    const revokeSession = () => {
      throw new Error('disk full');
    };
    const sessions = createSessions({ revokeSession, revokedSessions: () => [] });
    const heard = vi.fn();
    sessions.onEnded(heard);
    expect(() => sessions.end('s', Date.now() + 1000)).toThrow('disk full');
    expect(heard).toHaveBeenCalledWith('s');
    expect(sessions.hasEnded('s')).toBe(true);
  });
});
