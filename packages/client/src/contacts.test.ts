import { describe, expect, it } from 'vitest';
import { Contacts } from './contacts.ts';
import type { Asking } from './socket.ts';
import { StandInSocket } from './stand-in-socket.ts';

function made(answer: StandInSocket['answer']) {
  const socket = new StandInSocket();
  socket.answer = answer;
  return { socket, contacts: new Contacts(socket as unknown as Asking) };
}

describe('contacts (Socket.IO’s socket is a stand-in)', () => {
  it('are listed as the server has them', async () => {
    const bob = { wallet: 'bob', state: 'mutual', since: 1 };
    const { socket, contacts } = made(() => ({ ok: true, contacts: [bob] }));
    expect(await contacts.list()).toEqual([bob]);
    expect(socket.asked).toEqual([['contacts:list', {}]]);
  });

  it.each([
    ['ask', 'asked'],
    ['accept', 'mutual'],
    ['remove', 'none'],
    ['block', 'blocked'],
  ] as const)('change by %s, and tell how the other side stands then', async (action, state) => {
    const { socket, contacts } = made(() => ({ ok: true, wallet: 'bob', state }));
    expect(await contacts[action]('bob')).toEqual({ wallet: 'bob', state });
    expect(socket.asked).toEqual([['contacts:change', { action, wallet: 'bob' }]]);
  });

  it.each(['not_asking', 'contacts_full', 'invalid_payload', 'rate_limited'])(
    'pass on the refusal %s',
    async (error) => {
      const { contacts } = made(() => ({ ok: false, error, message: 'as the server says' }));
      await expect(contacts.accept('bob')).rejects.toMatchObject({ code: error, message: 'as the server says' });
    },
  );

  it.each([
    ['does not come', undefined],
    ['has no contacts', { ok: true }],
    ['has a state that does not exist', { ok: true, contacts: [{ wallet: 'bob', state: 'friend', since: 1 }] }],
  ])('are unreachable where the answer %s', async (_, answer) => {
    const { contacts } = made(() => answer);
    await expect(contacts.list()).rejects.toMatchObject({ code: 'unreachable' });
  });
});
