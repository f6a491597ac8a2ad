import { expect, it } from 'vitest';
import { peopleOf, unreadOf } from './people.ts';
import { emptyThread } from './thread.ts';

const threads = new Map([
  ['dora', { ...emptyThread('dora'), unread: 2 }],
  ['bob', { ...emptyThread('bob'), unread: 1 }],
]);

it('lists who is online first, then old conversations, each by name', () => {
  const people = peopleOf(['carla', 'bob'], threads);
  expect(people.map(({ wallet, isOnline }) => [wallet, isOnline])).toEqual([
    ['bob', true],
    ['carla', true],
    ['dora', false],
  ]);
});

it('lists somebody once who is online and has a conversation', () => {
  expect(peopleOf(['bob'], threads).filter(({ wallet }) => wallet === 'bob')).toHaveLength(1);
});

it('adds up unread messages', () => {
  expect(unreadOf(threads)).toBe(3);
});
