import { describe, expect, it } from 'vitest';
import { memoryStorage } from './browser-storage.ts';
import { History } from './history.ts';
import { appended, type Entry, emptyThread, type Thread } from './thread.ts';

const thread = (peer: string, count = 1, body = 'hello'): Thread => {
  let filled = emptyThread(peer);
  for (let n = 0; n < count; n++) {
    filled = appended(filled, { id: `m${n}`, body, at: n, mine: false, state: 'received', path: 'direct', ms: 3 });
  }
  return filled;
};

describe('the history of a tab', () => {
  it('gives back after a reload what was saved', () => {
    const store = memoryStorage();
    new History(store, 'alice').save({ ...thread('bob'), unread: 2 });
    expect(new History(store, 'alice').load()).toEqual(new Map([['bob', { ...thread('bob'), unread: 2 }]]));
  });

  it('keeps the conversations of two wallets apart', () => {
    const store = memoryStorage();
    new History(store, 'alice').save(thread('bob'));
    expect(new History(store, 'carla').load().size).toBe(0);
  });

  it.each<Entry>([
    { id: 'a', body: 'x', at: 1, mine: true, state: 'sending' },
    { id: 'a', body: 'x', at: 1, mine: true, state: 'queued', forced: true },
    { id: 'a', body: 'x', at: 1, mine: true, state: 'failed' },
    { id: 'a', body: 'x', at: 1, mine: true, state: 'delivered', path: 'mailbox', ms: 3, forced: true },
    { id: 'a', body: 'x', at: 1, mine: true, state: 'elsewhere', path: 'mailbox', ms: 3 },
    { id: 'a', body: 'x', at: 1, mine: false, state: 'received', path: 'relay', ms: 3, missed: { video: true } },
    {
      id: 'a',
      body: '',
      at: 1,
      mine: false,
      state: 'call',
      call: { direction: 'outgoing', video: false, outcome: 'talked', lastedMs: 5 },
    },
  ])('leaves what is $state as it was before', (entry) => {
    const store = memoryStorage();
    new History(store, 'alice').save(appended(emptyThread('bob'), entry));
    expect(new History(store, 'alice').load().get('bob')?.entries).toEqual([entry]);
  });

  it('keeps the newer messages where there is no room for all', () => {
    const store = memoryStorage();
    new History(store, 'alice').save(thread('bob', 16, 'x'.repeat(60_000)));
    const ids = new History(store, 'alice')
      .load()
      .get('bob')
      ?.entries.map(({ id }) => id);
    expect(ids).toEqual(['m8', 'm9', 'm10', 'm11', 'm12', 'm13', 'm14', 'm15']);
  });

  it('goes on without storage where the quota is used up', () => {
    const full = {
      ...memoryStorage(),
      setItem: () => {
        throw new Error('QuotaExceededError');
      },
    };
    const history = new History(full, 'alice');
    expect(() => history.save(thread('bob', 3))).not.toThrow();
    expect(history.load().size).toBe(0);
  });

  it('leaves out what it did not write', () => {
    const store = memoryStorage();
    store.setItem('anypath-web:peers:alice', '["bob", 7, "carla"]');
    store.setItem(
      'anypath-web:thread:alice:bob',
      '{"entries":[{"id":"a"},{"state":"received"},{"id":"b","body":"","at":1,"mine":false,"state":"call","call":{}}],"unread":0}',
    );
    store.setItem('anypath-web:thread:alice:carla', 'not json');
    expect(new History(store, 'alice').load()).toEqual(new Map([['bob', emptyThread('bob')]]));
  });
});
