import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSqliteStore } from '../store/sqlite.ts';
import { openSessions } from './sessions.ts';

describe('ended sessions (real SQLite)', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-sessions-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('stay ended across a restart, until they would have expired', async () => {
    let store = openSqliteStore(folder);
    const sessions = await openSessions(store, () => 1000);
    await sessions.end('soon', 2000);
    await sessions.end('late', 8.64e15);
    await sessions.end('late', 8.64e15);
    expect(['soon', 'late', 'other'].map(sessions.hasEnded)).toEqual([true, true, false]);
    store.close();
    store = openSqliteStore(folder);
    expect(['soon', 'late'].map((await openSessions(store, () => 1999)).hasEnded)).toEqual([true, true]);
    expect(['soon', 'late'].map((await openSessions(store, () => 2000)).hasEnded)).toEqual([false, true]);
    store.close();
  });

  it('are forgotten after that, in memory and on disk', async () => {
    const store = openSqliteStore(folder);
    let now = 0;
    const sessions = await openSessions(store, () => now);
    for (let index = 0; index < 10; index++) await sessions.end(`s${index}`, 1000);
    now = 100_000;
    await sessions.end('last', 200_000);
    expect(sessions.hasEnded('s0')).toBe(false);
    expect(store.revokedSessions(0)).toEqual([{ id: 'last', untilMs: 200_000 }]);
    store.close();
  });

  it('are told to whoever listens, and ended also where the disk is full', async () => {
    const revokeSession = () => {
      throw new Error('disk full');
    };
    const sessions = await openSessions({ revokeSession, revokedSessions: () => [] });
    const heard = vi.fn();
    sessions.onEnded(heard);
    const expiresAtMs = Date.now() + 1000;
    await expect(sessions.end('s', expiresAtMs)).rejects.toThrow('disk full');
    expect(heard).toHaveBeenCalledWith({ sessionId: 's', expiresAtMs, elsewhere: false });
    expect(sessions.hasEnded('s')).toBe(true);
  });

  it('are ended here, too, where another node has ended them', async () => {
    const expiresAtMs = Date.now() + 1000;
    let stored: { id: string; untilMs: number }[] = [];
    const sessions = await openSessions({ revokeSession: () => undefined, revokedSessions: () => stored });
    const heard = vi.fn();
    sessions.onEnded(heard);
    sessions.endedElsewhere('told', expiresAtMs);
    stored = ['told', 'missed'].map((id) => ({ id, untilMs: expiresAtMs }));
    await sessions.refresh();
    expect(['told', 'missed', 'other'].map(sessions.hasEnded)).toEqual([true, true, false]);
    expect(heard.mock.calls).toEqual(
      ['told', 'missed'].map((sessionId) => [{ sessionId, expiresAtMs, elsewhere: true }]),
    );
  });
});
