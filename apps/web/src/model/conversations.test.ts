import { AnypathError, type Client } from '@anypath/client';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from './browser-storage.ts';
import { Conversations } from './conversations.ts';

type Listener = (...values: unknown[]) => void;

/** Something that tells events; a stand-in for a client or a link. */
function told() {
  const listeners = new Map<string, Listener>();
  const on = (event: string, listener: Listener) => {
    listeners.set(event, listener);
    return () => listeners.delete(event);
  };
  return { on, tell: (event: string, ...values: unknown[]) => listeners.get(event)?.(...values) };
}

/** Alice, who has written to Bob; the SDK is a stand-in. */
function written(store = memoryStorage()) {
  const link = told();
  let fail = (_: AnypathError) => {};
  const fate = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const send = () => ({ id: 'a', delivered: fate });
  const client = told();
  const sdkLink = { peer: 'bob', path: 'mailbox', on: link.on, send };
  const conversations = new Conversations(store, () => true);
  const attach = () => conversations.attach({ online: [], on: client.on, link: () => sdkLink } as unknown as Client);
  conversations.open('alice');
  attach();
  conversations.select('bob');
  conversations.send('bob', 'hello');
  const state = () => conversations.threads.value.get('bob')?.entries[0]?.state;
  return { store, conversations, attach, link, client, state, fail: (error: AnypathError) => fail(error), fate };
}

describe('a message of ours in its conversation (the SDK is a stand-in)', () => {
  it('is stored, and then delivered', () => {
    const { link, state, conversations } = written();
    expect(state()).toBe('sending');
    link.tell('queued', { id: 'a', forced: false });
    expect(state()).toBe('queued');
    link.tell('delivered', { id: 'a' }, { path: 'mailbox', ms: 9, forced: false });
    expect(conversations.threads.value.get('bob')?.entries[0]).toMatchObject({ state: 'delivered', path: 'mailbox' });
  });

  it('is on its way still after a reload, until the SDK says that the server keeps it', () => {
    const { store } = written();
    const reloaded = new Conversations(store, () => true);
    const client = told();
    reloaded.open('alice');
    reloaded.attach({
      online: [],
      on: client.on,
      link: () => ({ peer: 'bob', path: 'mailbox', on: told().on }),
    } as unknown as Client);
    const state = () => reloaded.threads.value.get('bob')?.entries[0]?.state;
    expect(state()).toBe('sending');
    client.tell('queued', 'bob', 'a');
    expect(state()).toBe('queued');
  });

  it('is on its way still where our own connection was left for another', async () => {
    const { conversations, fail, fate, attach, state } = written();
    conversations.detach();
    fail(new AnypathError('link_closed'));
    attach();
    await fate.catch(() => undefined);
    expect(state()).toBe('sending');
  });

  it.each(['link_closed', 'message_expired'] as const)('has failed with %s while we are connected', async (code) => {
    const { fail, fate, state } = written();
    fail(new AnypathError(code));
    await fate.catch(() => undefined);
    expect(state()).toBe('failed');
  });
});

describe('a conversation (the SDK is a stand-in)', () => {
  it('says why the mailbox takes nothing, until it does', () => {
    const { link, conversations } = written();
    link.tell('held', new AnypathError('mailbox_full'));
    expect(conversations.held.value.get('bob')).toBe('mailbox_full');
    link.tell('queued', { id: 'a', forced: false });
    expect(conversations.held.value.size).toBe(0);
  });

  it('shows what another device of ours sent', () => {
    const { link, conversations } = written();
    const sent = { id: 'b', from: 'alice', body: 'from the tablet', path: 'mailbox', sentAt: 1, ms: 2 };
    link.tell('sent', sent);
    expect(conversations.threads.value.get('bob')?.entries.at(-1)).toMatchObject({ state: 'elsewhere', mine: true });
  });
});
