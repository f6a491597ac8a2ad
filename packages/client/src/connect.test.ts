import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from './connect.ts';
import { memoryDurable } from './durable/durable-store.ts';
import { identityOf } from './e2ee/identity.ts';
import type { Socket } from './socket.ts';
import { StandInSocket } from './stand-in-socket.ts';
import { memoryStore } from './storage.ts';

let socket: StandInSocket;
vi.mock('./socket.ts', async (original) => ({
  ...(await original<typeof import('./socket.ts')>()),
  openSocket: () => socket as unknown as Socket,
}));

/** A device that has its key already: making one takes real time. */
const durable = memoryDurable();
beforeAll(async () => void (await identityOf(durable, 'alice')));

const start = (wallet = 'alice') => socket.emit('session:start', { wallet, serverTime: 0 });

/** Begins to connect, up to the point where the server is to answer. */
async function begun() {
  const url = 'https://rtc.example.com';
  const attempt = connect({ url, token: 't', rtc: false, storage: memoryStore(), durable, timeoutMs: 1_000 });
  attempt.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  return { attempt };
}

beforeEach(() => {
  vi.useFakeTimers();
  socket = new StandInSocket();
  socket.answer = (event) => (event === 'devices:register' ? { ok: true, wallet: 'alice', devices: [] } : undefined);
});
afterEach(() => {
  vi.useRealTimers();
});

describe('connect (Socket.IO’s socket is a stand-in)', () => {
  it('goes on after what may pass, until it is accepted', async () => {
    const { attempt } = await begun();
    socket.refuse('shutting_down');
    await vi.advanceTimersByTimeAsync(200);
    expect(socket.connects).toBe(1);
    start();
    expect((await attempt).wallet).toBe('alice');
  });

  it('ends with the code of what did not pass in time', async () => {
    const { attempt } = await begun();
    socket.refuse('rate_limited');
    await vi.advanceTimersByTimeAsync(999);
    expect(socket.active).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await expect(attempt).rejects.toMatchObject({ code: 'rate_limited' });
    await vi.advanceTimersByTimeAsync(100_000);
    expect(socket.connects).toBe(0);
  });

  it.each(['unauthenticated', 'session_ended', 'forbidden'])('ends at once after %s', async (code) => {
    const { attempt } = await begun();
    socket.refuse(code);
    await expect(attempt).rejects.toMatchObject({ code });
  });

  it('ends as unreachable where nobody answers', async () => {
    const { attempt } = await begun();
    await vi.advanceTimersByTimeAsync(1_000);
    await expect(attempt).rejects.toMatchObject({ code: 'unreachable' });
  });
});

describe('a client (Socket.IO’s socket is a stand-in)', () => {
  async function connected() {
    const { attempt } = await begun();
    start();
    const client = await attempt;
    const ends: string[] = [];
    client.on('ended', ({ code }) => ends.push(code));
    // What came before there could be listeners is told now.
    await vi.advanceTimersByTimeAsync(0);
    return { client, ends };
  }

  it('survives a server that restarts or has too many, and ends where it is signed out', async () => {
    const { ends } = await connected();
    socket.emit('session:end', { error: 'shutting_down', message: '' });
    socket.refuse('rate_limited');
    expect(ends).toEqual([]);
    socket.emit('session:end', { error: 'session_ended', message: '' });
    expect(ends).toEqual(['session_ended']);
  });

  it('is announced on a new connection until the server takes it: without that, its mailbox stays closed', async () => {
    const { client } = await connected();
    const told = vi.fn();
    client.on('devices', told);
    const { answer } = socket;
    socket.answer = () => ({ ok: false, error: 'store_unavailable', message: '' });
    socket.connected = true;
    start();
    await vi.advanceTimersByTimeAsync(50);
    expect(told).not.toHaveBeenCalled();
    socket.answer = answer;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toHaveBeenCalledOnce();
  });

  it('ends where somebody else is signed in at the reconnection, rather than speak for them', async () => {
    const { ends } = await connected();
    start('mallory');
    expect(ends).toEqual(['session_ended']);
    expect(socket.active).toBe(false);
  });

  it.each(['none', 'blocked'])(
    'tells that a contact became %s, and closes the link: a channel knows no server',
    async (state) => {
      const { client } = await connected();
      const told = vi.fn();
      client.on('contact', told);
      const link = client.link('bob');
      const other = client.link('carol');
      const { delivered } = link.send('on its way');
      socket.emit('contacts:update', { wallet: 'bob', state });
      expect(told).toHaveBeenCalledExactlyOnceWith({ wallet: 'bob', state });
      await expect(delivered).rejects.toMatchObject({ code: 'link_closed' });
      expect([link.isClosed, other.isClosed]).toEqual([true, false]);
      expect(client.link('bob')).not.toBe(link);
    },
  );

  it('leaves links alone where a contact is asked for or agreed to, and does not tell what it cannot read', async () => {
    const { client } = await connected();
    const told: string[] = [];
    client.on('contact', ({ state }) => told.push(state));
    const link = client.link('bob');
    for (const state of ['asked', 'friend', 'mutual']) socket.emit('contacts:update', { wallet: 'bob', state });
    expect(told).toEqual(['asked', 'mutual']);
    expect(link.isClosed).toBe(false);
  });

  it('tells of changes of our own devices, and not of those of others', async () => {
    const { client } = await connected();
    const told: unknown[] = [];
    client.on('devices', (devices) => told.push(devices));
    const device = { keyId: 'k1', publicKey: 'A'.repeat(43), name: '', since: 1 };
    socket.emit('devices:update', { wallet: 'bob', devices: [device] });
    socket.emit('devices:update', { wallet: 'alice', devices: [device] });
    socket.emit('devices:update', { wallet: 'alice', devices: 'all' });
    expect(told).toEqual([[device]]);
  });
});
