import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ContactAction, LIMITS } from '@anypath/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSqliteStore } from '../store/sqlite.ts';
import { type ContactChange, Contacts } from './contacts.ts';

describe('contacts (real SQLite)', () => {
  let folder = '';
  let store: ReturnType<typeof openSqliteStore>;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-contacts-'));
    store = openSqliteStore(folder);
  });
  afterEach(() => {
    vi.useRealTimers();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Does `alice ask bob, bob accept alice`. */
  const act = async (contacts: Contacts, text: string) => {
    for (const words of text.split(', ')) {
      const [wallet, action, peer] = words.split(' ') as [string, ContactAction, string];
      await contacts.change(wallet, action, peer);
    }
  };

  it('are mutual once both want it, and no longer when one does not', async () => {
    const contacts = new Contacts(store);
    const both = () => [contacts.areMutual('alice', 'bob'), contacts.areMutual('bob', 'alice')];
    expect(both()).toEqual([false, false]);
    await act(contacts, 'alice ask bob');
    expect(both()).toEqual([false, false]);
    expect(await contacts.change('bob', 'accept', 'alice')).toEqual({ wallet: 'alice', state: 'mutual' });
    expect(both()).toEqual([true, true]);
    expect([contacts.mutualOf('alice'), contacts.mutualOf('bob')]).toEqual([['bob'], ['alice']]);
    await act(contacts, 'alice block bob');
    expect(both()).toEqual([false, false]);
    expect(contacts.mutualOf('bob')).toEqual([]);
  });

  it('are none of a wallet itself', async () => {
    const contacts = new Contacts(store);
    expect(contacts.areMutual('alice', 'alice')).toBe(false);
    await expect(contacts.change('alice', 'ask', 'alice')).rejects.toEqual(
      expect.objectContaining({ code: 'invalid_payload' }),
    );
  });

  it('are listed as their wallet sees them', async () => {
    let now = 0;
    const contacts = new Contacts(store, { nowMs: () => ++now });
    await act(
      contacts,
      'alice ask zoe, bob ask alice, alice ask carol, carol accept alice, alice block mallory, eve block alice',
    );
    expect(await contacts.list('alice')).toEqual([
      { wallet: 'bob', state: 'asking', since: 2 },
      { wallet: 'carol', state: 'mutual', since: 4 },
      { wallet: 'mallory', state: 'blocked', since: 5 },
      { wallet: 'zoe', state: 'asked', since: 1 },
    ]);
    expect(contacts.mutualOf('alice')).toEqual(['carol']);
    expect(await contacts.list('mallory')).toEqual([]);
  });

  it('tell a listener of each side whose view has changed, and of no other', async () => {
    const contacts = new Contacts(store);
    const told: string[] = [];
    contacts.onChange(({ wallet, update }: ContactChange) => told.push(`${wallet}: ${update.wallet} ${update.state}`));
    const after = async (text: string) => {
      told.length = 0;
      await act(contacts, text);
      return [...told];
    };
    expect(await after('alice ask bob')).toEqual(['alice: bob asked', 'bob: alice asking']);
    expect(await after('alice ask bob')).toEqual([]);
    expect(await after('bob remove alice')).toEqual(['bob: alice none']);
    expect(await after('bob ask alice')).toEqual(['bob: alice mutual', 'alice: bob mutual']);
    expect(await after('bob block alice')).toEqual(['bob: alice blocked', 'alice: bob none']);
    expect(await after('alice ask bob')).toEqual(['alice: bob asked']);
    expect(await after('bob remove alice')).toEqual(['bob: alice none']);
  });

  it('refuse to accept what nobody asked', async () => {
    const contacts = new Contacts(store);
    const refused = expect.objectContaining({ code: 'not_asking' });
    await act(contacts, 'alice ask bob, mallory block carol, carol ask mallory');
    await expect(contacts.change('alice', 'accept', 'bob')).rejects.toEqual(refused);
    await expect(contacts.change('mallory', 'accept', 'carol')).rejects.toEqual(refused);
    await expect(contacts.change('alice', 'accept', 'nobody')).rejects.toEqual(refused);
  });

  it('[CT7] have a limit for what adds one, and for nothing else', async () => {
    const contacts = new Contacts(store, { max: 2 });
    const full = expect.objectContaining({ code: 'contacts_full' });
    await act(contacts, 'carol ask alice, alice ask bob, alice block eve');
    await expect(contacts.change('alice', 'ask', 'dave')).rejects.toEqual(full);
    await expect(contacts.change('alice', 'block', 'dave')).rejects.toEqual(full);
    await act(contacts, 'alice ask bob, alice block bob, alice accept carol, alice remove dave');
    expect(await contacts.list('alice')).toHaveLength(3);
    await expect(contacts.change('alice', 'ask', 'dave')).rejects.toEqual(full);
    await act(contacts, 'alice remove eve, alice remove bob, alice ask dave');
    expect((await contacts.list('alice')).map(({ wallet }) => wallet)).toEqual(['carol', 'dave']);
    expect(LIMITS.contactsMax).toBe(5000);
  });

  it('[CT7] cannot be filled by others: requests beyond the limit go unheard, and the wallet goes on asking and blocking', async () => {
    const contacts = new Contacts(store, { max: 2 });
    const told: ContactChange[] = [];
    await act(contacts, 'm1 ask alice, m2 ask alice');
    contacts.onChange((change) => told.push(change));
    expect(await contacts.change('m3', 'ask', 'alice')).toEqual({ wallet: 'alice', state: 'asked' });
    expect(told.map(({ wallet }) => wallet)).toEqual(['m3']);
    expect((await contacts.list('alice')).map(({ wallet }) => wallet)).toEqual(['m1', 'm2']);
    await act(contacts, 'alice ask bob, alice block m3');
    expect(await contacts.list('alice')).toHaveLength(4);
  });

  it('see a change by another process half a second later, and one by their own at once', async () => {
    vi.useFakeTimers();
    // lru-cache takes an entry that was made at 0 for one without an age.
    vi.advanceTimersByTime(1);
    const contacts = new Contacts(store);
    const elsewhere = openSqliteStore(folder);
    expect(contacts.areMutual('alice', 'bob')).toBe(false);
    await act(new Contacts(elsewhere), 'alice ask bob, bob accept alice');
    expect(contacts.areMutual('alice', 'bob')).toBe(false);
    vi.advanceTimersByTime(501);
    expect(contacts.areMutual('alice', 'bob')).toBe(true);
    await act(contacts, 'bob remove alice');
    expect(contacts.areMutual('alice', 'bob')).toBe(false);
    elsewhere.close();
  });

  it('ask the store once in half a second about the same two', async () => {
    const contactPair = vi.spyOn(store, 'contactPair');
    const contacts = new Contacts(store);
    for (let index = 0; index < 1000; index++) contacts.areMutual('alice', 'bob');
    expect(contactPair.mock.calls.length).toBeLessThan(10);
  });
});
