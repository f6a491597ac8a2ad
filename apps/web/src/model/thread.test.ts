import type { Message } from '@anypath/client';
import { describe, expect, it } from 'vitest';
import {
  appended,
  called,
  copied,
  delivered,
  type Entry,
  emptyThread,
  failed,
  MAX_ENTRIES,
  queued,
  read,
  received,
  without,
} from './thread.ts';

const own = (id: string): Entry => ({ id, body: 'hello', at: 1, mine: true, state: 'sending' });
const theirs = (id: string, body: string | Uint8Array = 'hi'): Message => ({
  id,
  from: 'bob',
  body,
  path: 'relay',
  sentAt: 2,
  ms: 30,
});
const bob = emptyThread('bob');

describe('a thread', () => {
  it('shows messages in the order in which they came', () => {
    const thread = received(appended(bob, own('a')), theirs('b'), true);
    expect(thread.entries.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('shows a message once that comes again after a reload', () => {
    const once = received(bob, theirs('a'), false);
    expect(received(once, theirs('a'), false)).toBe(once);
  });

  it('counts messages that are not on screen, until it is read', () => {
    const thread = received(received(bob, theirs('a'), false), theirs('b'), false);
    expect(thread.unread).toBe(2);
    expect(read(thread).unread).toBe(0);
  });

  it('does not count messages that are on screen', () => {
    expect(received(bob, theirs('a'), true).unread).toBe(0);
  });

  it('keeps the newest messages and lets the oldest go', () => {
    let thread = bob;
    for (let n = 0; n <= MAX_ENTRIES; n++) thread = appended(thread, own(`m${n}`));
    expect(thread.entries).toHaveLength(MAX_ENTRIES);
    expect(thread.entries[0]?.id).toBe('m1');
  });

  it('says how a delivered message travelled', () => {
    const [entry] = delivered(appended(bob, own('a')), 'a', { path: 'direct', ms: 12, forced: false }).entries;
    expect(entry).toEqual({ id: 'a', body: 'hello', at: 1, mine: true, state: 'delivered', path: 'direct', ms: 12 });
  });

  it('leaves a delivered message as it is when its link closes', () => {
    const thread = delivered(appended(bob, own('a')), 'a', { path: 'direct', ms: 12, forced: false });
    expect(failed(thread, 'a')).toBe(thread);
  });

  it('does not change for a message that it does not have', () => {
    expect(delivered(bob, 'a', { path: 'relay', ms: 1, forced: false })).toBe(bob);
  });

  it('tells the size of a message that is no text', () => {
    const [entry] = received(bob, theirs('a', new Uint8Array(5)), true).entries;
    expect(entry).toMatchObject({ body: '', binaryBytes: 5 });
  });

  it('[S5.2] says of a stored message that it waits, and notes where it was forced', () => {
    const waiting = queued(appended(bob, own('a')), 'a', true);
    expect(waiting.entries).toEqual([{ ...own('a'), state: 'queued', forced: true }]);
    const arrived = delivered(waiting, 'a', { path: 'mailbox', ms: 60_000, forced: true });
    expect(arrived.entries).toEqual([{ ...own('a'), state: 'delivered', path: 'mailbox', ms: 60_000, forced: true }]);
  });

  it('does not call a message forced that took a live path in the end', () => {
    const arrived = delivered(queued(appended(bob, own('a')), 'a', true), 'a', {
      path: 'relay',
      ms: 5,
      forced: false,
    });
    expect(arrived.entries[0]).not.toHaveProperty('forced');
  });

  it('does not go back from delivered to stored', () => {
    const thread = delivered(appended(bob, own('a')), 'a', { path: 'direct', ms: 12, forced: false });
    expect(queued(thread, 'a', false)).toBe(thread);
  });

  it('has a stored message fail that the server did not keep any longer', () => {
    expect(failed(queued(appended(bob, own('a')), 'a', false), 'a').entries[0]?.state).toBe('failed');
  });

  it('shows what another device of ours sent on our side, once, and as read', () => {
    const sent = copied(bob, { ...theirs('a'), from: 'alice', path: 'mailbox' });
    expect(sent.entries).toMatchObject([{ mine: true, state: 'elsewhere', path: 'mailbox', body: 'hi' }]);
    expect(sent.unread).toBe(0);
    expect(copied(sent, theirs('a'))).toBe(sent);
  });

  it('loses an entry that is sent again as a new one', () => {
    expect(without(appended(bob, own('a')), 'a').entries).toEqual([]);
  });

  it('notes a call once, and counts one that was missed off screen', () => {
    const call = { direction: 'incoming', video: true, outcome: 'missed' } as const;
    const once = called(bob, call, { id: 'C1', at: 1 }, false);
    expect(once).toMatchObject({ unread: 1, entries: [{ id: 'C1', state: 'call', mine: false, call }] });
    expect(called(once, call, { id: 'C1', at: 1 }, false)).toBe(once);
    expect(called(bob, { ...call, outcome: 'declined' }, { id: 'C1', at: 1 }, false).unread).toBe(0);
  });

  it('says of a missed call that rang here once that it was missed: by the message, with its path', () => {
    const missed = { ...theirs('m', 'Missed call'), missed: { call: 'C1', video: true } };
    const rang = called(bob, { direction: 'incoming', video: true, outcome: 'missed' }, { id: 'C1', at: 1 }, false);
    const told = received(rang, missed, false);
    expect(told.entries).toMatchObject([{ id: 'm', state: 'received', path: 'relay', missed: { video: true } }]);
    expect(told.unread).toBe(1);
    // One that did not ring here counts as any message.
    expect(received(bob, missed, false).unread).toBe(1);
  });
});
