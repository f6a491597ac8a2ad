import { AnypathError, type Client, type Contact, type ContactUpdate } from '@anypath/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryStorage } from './browser-storage.ts';
import { ContactBook } from './contact-book.ts';

const contact = (wallet: string, state: Contact['state']): Contact => ({ wallet, state, since: 0 });

/** A stand-in for the SDK's client. */
function standInClient(first: readonly Contact[] = []) {
  const listeners = new Map<string, (argument: unknown) => void>();
  const on = (event: string, listener: (argument: unknown) => void) => {
    listeners.set(event, listener);
    return () => void listeners.delete(event);
  };
  const list = vi.fn(async () => first);
  const change = vi.fn(async (wallet: string): Promise<ContactUpdate> => ({ wallet, state: 'none' }));
  const contacts = { list, ask: change, accept: change, remove: change, block: change };
  const client = { on, contacts } as unknown as Client;
  const tell = (wallet: string, state: ContactUpdate['state']) => listeners.get('contact')?.({ wallet, state });
  return { client, list, change, tell, online: () => listeners.get('online')?.(true) };
}

async function opened(first: readonly Contact[] = [], store = memoryStorage()) {
  const parted = vi.fn();
  const book = new ContactBook(store, parted);
  const server = standInClient(first);
  book.open('alice');
  book.attach(server.client);
  await vi.advanceTimersByTimeAsync(0);
  return { book, parted, store, ...server };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the contact book (the SDK is a stand-in)', () => {
  it('shows the list of the server, and what changes after it', async () => {
    const { book, tell } = await opened([contact('bob', 'mutual'), contact('carla', 'asking')]);
    expect([...book.states.value]).toEqual([
      ['bob', 'mutual'],
      ['carla', 'asking'],
    ]);
    tell('carla', 'none');
    tell('dora', 'asked');
    expect([...book.states.value.keys()]).toEqual(['bob', 'dora']);
    expect(book.news.value).toEqual({ wallet: 'dora', state: 'asked' });
  });

  it('asks for the list again after each reconnection, and some time after it could not be had', async () => {
    const { book, list, online } = await opened([contact('bob', 'asked')]);
    list.mockRejectedValueOnce(new AnypathError('unreachable'));
    list.mockResolvedValueOnce([contact('bob', 'mutual')]);
    online();
    await vi.advanceTimersByTimeAsync(0);
    expect(book.standingOf('bob')).toBe('asked');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(book.standingOf('bob')).toBe('mutual');
  });

  it('believes a change that overtakes the list, and the newest of two lists', async () => {
    const { book, list, online, tell } = await opened();
    const answers: ((contacts: readonly Contact[]) => void)[] = [];
    list.mockImplementation(() => new Promise((resolve) => answers.push(resolve)));
    online();
    online();
    tell('bob', 'mutual');
    answers[1]?.([contact('bob', 'asked')]);
    await vi.advanceTimersByTimeAsync(0);
    answers[0]?.([]);
    await vi.advanceTimersByTimeAsync(0);
    expect(book.standingOf('bob')).toBe('mutual');
  });

  it('remembers over a reload who was a contact and is none any more', async () => {
    const { store, tell, book } = await opened([contact('bob', 'mutual')]);
    tell('bob', 'none');
    expect(book.standingOf('bob')).toBe('former');
    const reloaded = await opened([], store);
    expect(reloaded.book.standingOf('bob')).toBe('former');
    expect(reloaded.book.standingOf('carla')).toBeUndefined();
  });

  it('forgets who was removed here, and nobody where the removal fails', async () => {
    const { book, change, parted, tell } = await opened([contact('bob', 'mutual')]);
    change.mockRejectedValueOnce(new AnypathError('rate_limited'));
    expect(await book.part('remove', 'bob')).toEqual({ ok: false, code: 'rate_limited' });
    expect(parted).not.toHaveBeenCalled();
    tell('bob', 'none');
    expect(await book.part('remove', 'bob')).toEqual({ ok: true, state: 'none' });
    expect(parted).toHaveBeenCalledExactlyOnceWith('bob');
    expect(book.standingOf('bob')).toBeUndefined();
  });

  it('belongs to one wallet, and changes nothing without a connection', async () => {
    const { book } = await opened([contact('bob', 'mutual')]);
    book.close();
    expect(book.standingOf('bob')).toBeUndefined();
    expect(await book.change('ask', 'bob')).toEqual({ ok: false, code: 'link_closed' });
  });
});
