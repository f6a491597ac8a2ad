import { describe, expect, it } from 'vitest';
import { lenient, memoryStore } from '../storage.ts';
import { CursorStore } from './cursors.ts';

describe('the memory of what was received', () => {
  it('survives a reload', () => {
    const store = memoryStore();
    new CursorStore(store, 'alice', 'bob').remember('b1', { epoch: 'E1', through: 7 });
    expect(new CursorStore(store, 'alice', 'bob').all()).toEqual({ b1: { epoch: 'E1', through: 7 } });
    expect(new CursorStore(store, 'carol', 'bob').all()).toEqual({});
  });

  it('keeps the devices heard last', () => {
    const cursors = new CursorStore(memoryStore(), 'alice', 'bob');
    for (let index = 0; index < 40; index++) cursors.remember(`b${index}`, { epoch: 'E', through: 1 });
    cursors.remember('b9', { epoch: 'E', through: 2 });
    expect(Object.keys(cursors.all())).toHaveLength(32);
    expect(Object.keys(cursors.all()).at(-1)).toBe('b9');
  });

  it.each(['{', '[]', '{"b1":{"through":-1}}', 'null'])('starts afresh where it finds %s', (text) => {
    const store = memoryStore();
    store.setItem('anypath:received:alice:bob', text);
    expect(new CursorStore(store, 'alice', 'bob').all()).toEqual({});
  });

  it('goes on where the storage is full', () => {
    const full = {
      ...memoryStore(),
      setItem: () => {
        throw new Error('QuotaExceededError');
      },
    };
    const cursors = new CursorStore(lenient(full), 'alice', 'bob');
    cursors.remember('b1', { epoch: 'E1', through: 1 });
    expect(cursors.all()).toEqual({ b1: { epoch: 'E1', through: 1 } });
  });
});
