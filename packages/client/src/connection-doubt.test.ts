import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Connection } from './connection.ts';
import { ask, type Present, type Socket } from './socket.ts';
import { StandInSocket } from './stand-in-socket.ts';

const opened = vi.hoisted(() => [] as unknown[]);
vi.mock('./socket.ts', async (original) => ({
  ...(await original<typeof import('./socket.ts')>()),
  openSocket: (_url: string, _withCredentials: boolean, introduce: (present: Present) => void) => {
    const socket = Object.assign(new StandInSocket(), { introduce, id: `s${opened.length}` });
    opened.push(socket);
    return socket as unknown as Socket;
  },
}));

const sockets = opened as StandInSocket[];
const [start, frame] = [
  { wallet: 'alice', serverTime: 0 },
  { to: 'bob', toDevice: 'b1', frame: new Uint8Array(1) },
];

/** A connection that stands, and has answered a few questions within 40 ms. */
async function standing() {
  const known = {
    withCredentials: true,
    forFetch: async () => ({}),
    forHandshake: async () => ({}),
    forget: () => true,
  };
  const connection = new Connection('https://rtc.example.com', { deviceId: 'd1', rtc: true }, known);
  const heard: string[] = [];
  connection.socket.on('session:start', () => heard.push('start'));
  connection.socket.on('session:end', ({ error }) => heard.push(error));
  connection.socket.on('disconnect', () => heard.push('disconnect'));
  const [old] = sockets as [StandInSocket];
  old.connected = true;
  old.emit('session:start', start);
  old.answer = () => after(40);
  for (let count = 0; count < 8; count++) {
    const answer = ask(connection.socket, 'relay:frame', frame);
    await vi.advanceTimersByTimeAsync(40);
    await answer;
  }
  heard.length = 0;
  return { connection, old, heard };
}

const after = (ms: number) => new Promise((resolve) => setTimeout(() => resolve({ ok: true }), ms));
const never = () => new Promise(() => undefined);

/** As when its transport stands: the server is told who it is. */
async function present(socket: StandInSocket | undefined) {
  socket?.introduce(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
}

/** As when the server has accepted it. */
async function accept(socket: StandInSocket | undefined) {
  if (!socket) throw new Error('there is no such socket');
  await present(socket);
  socket.connected = true;
  socket.answer = () => after(40);
  socket.emit('session:start', start);
}

beforeEach(() => {
  vi.useFakeTimers();
  sockets.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a connection in doubt (Socket.IO’s sockets are stand-ins)', () => {
  it('has another beside it a quarter of a second after an answer is due, and goes over without a word', async () => {
    const { connection, old, heard } = await standing();
    old.answer = never;
    const lost = expect(ask(connection.socket, 'relay:frame', frame)).rejects.toMatchObject({ code: 'unreachable' });
    await vi.advanceTimersByTimeAsync(250);
    expect(sockets).toHaveLength(2);
    expect(connection.socket.id).toBe('s0');
    await accept(sockets[1]);
    await lost;
    expect(connection.socket.id).toBe('s1');
    expect(old.active).toBe(false);
    expect(heard).toEqual(['start']);
  });

  it('leaves the old one without a goodbye: its server may not have heard of the other yet', async () => {
    const { connection, old } = await standing();
    old.answer = never;
    ask(connection.socket, 'relay:frame', frame).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(250);
    await accept(sockets[1]);
    expect([old.active, old.hasSaidGoodbye]).toEqual([false, false]);
    connection.close();
    expect(sockets[1]?.hasSaidGoodbye).toBe(true);
  });

  it('keeps the old one where that is heard before the server knows of the other', async () => {
    const { connection, old, heard } = await standing();
    old.answer = () => after(300);
    const answer = ask(connection.socket, 'relay:frame', frame);
    await vi.advanceTimersByTimeAsync(300);
    await answer;
    expect(sockets).toHaveLength(2);
    expect(sockets[1]?.active).toBe(false);
    expect(connection.socket.id).toBe('s0');
    expect(heard).toEqual([]);
  });

  it('[SE4] is not told that it was replaced by itself', async () => {
    const { connection, old, heard } = await standing();
    old.answer = never;
    ask(connection.socket, 'relay:frame', frame).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(250);
    await present(sockets[1]);
    old.emit('session:end', { error: 'replaced', message: '' });
    old.active = false;
    old.emit('disconnect');
    await accept(sockets[1]);
    expect(heard).toEqual(['start']);
    expect(connection.socket.id).toBe('s1');
  });

  it('hears that somebody else has replaced it', async () => {
    const { old, heard } = await standing();
    old.emit('session:end', { error: 'replaced', message: '' });
    expect(heard).toEqual(['replaced']);
  });

  it('asks whether the server is there before it is doubted for an answer that takes long', async () => {
    const { connection, old } = await standing();
    old.answer = (event) => (event === 'session:check' ? after(40) : after(1_000));
    const answer = ask(connection.socket, 'relay:pull', {});
    await vi.advanceTimersByTimeAsync(1_000);
    await answer;
    expect(old.asked.at(-1)?.[0]).toBe('session:check');
    expect(sockets).toHaveLength(1);
    old.answer = never;
    ask(connection.socket, 'relay:pull', {}).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(600);
    expect(sockets).toHaveLength(2);
  });

  it('is looked for at once after a hint, and doubted where it does not answer', async () => {
    const { connection, old } = await standing();
    connection.check();
    await vi.advanceTimersByTimeAsync(250);
    expect(sockets).toHaveLength(1);
    old.answer = never;
    connection.check();
    await vi.advanceTimersByTimeAsync(250);
    expect(sockets).toHaveLength(2);
  });

  it('is made anew after a hint where it is being made, and no more often than there are doubts', async () => {
    const { connection, old } = await standing();
    old.answer = never;
    connection.look();
    await vi.advanceTimersByTimeAsync(900);
    expect(sockets.map(({ active }) => active)).toEqual([true, true]);
    connection.look();
    connection.look();
    expect(sockets.map(({ active }) => active)).toEqual([true, false, true]);
    await present(sockets[2]);
    await vi.advanceTimersByTimeAsync(2_000);
    connection.look();
    expect(sockets).toHaveLength(3);
    await accept(sockets[2]);
    expect(connection.socket.id).toBe('s2');
  });

  it('does not crowd a server that is slow: the pauses between doubts grow', async () => {
    const { connection, old } = await standing();
    for (let second = 0; second < 60; second++) {
      old.answer = never;
      ask(connection.socket, 'relay:frame', frame).catch(() => undefined);
      await vi.advanceTimersByTimeAsync(900);
      old.answer = () => after(10);
      connection.check();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(sockets.length).toBeLessThan(9);
  });

  it('is doubted as quickly the next time where it was really dead', async () => {
    const { connection } = await standing();
    for (let change = 0; change < 8; change++) {
      const dead = sockets.at(-1) as StandInSocket;
      dead.answer = () => after(40);
      for (let count = 0; count < 8; count++) {
        const answer = ask(connection.socket, 'relay:frame', frame);
        await vi.advanceTimersByTimeAsync(100);
        await answer;
      }
      dead.answer = never;
      ask(connection.socket, 'relay:frame', frame).catch(() => undefined);
      await vi.advanceTimersByTimeAsync(300);
      expect(sockets).toHaveLength(change + 2);
      await accept(sockets.at(-1));
    }
  });

  it('tries again where the other met the change half-way, ever more patiently', async () => {
    const { connection, old } = await standing();
    old.answer = never;
    ask(connection.socket, 'relay:frame', frame).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(250 + 1_000);
    expect(sockets.map(({ active }) => active)).toEqual([true, false, true]);
    await vi.advanceTimersByTimeAsync(1_900);
    expect(sockets).toHaveLength(3);
    await accept(sockets[2]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sockets).toHaveLength(3);
    expect(connection.socket.id).toBe('s2');
  });

  it('leaves none behind when it is closed', async () => {
    const { connection, old } = await standing();
    old.answer = never;
    ask(connection.socket, 'relay:frame', frame).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(250);
    connection.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets.map(({ active }) => active)).toEqual([false, false]);
  });
});

describe('a connection to a server that stops (Socket.IO’s sockets are stand-ins)', () => {
  const end = { error: 'shutting_down', message: '' };

  it('is made anew beside the old one at once, and goes over without a break', async () => {
    const { connection, old, heard } = await standing();
    old.emit('session:end', end);
    await vi.advanceTimersByTimeAsync(100);
    expect(sockets).toHaveLength(2);
    expect(connection.socket.id).toBe('s0');
    await accept(sockets[1]);
    expect(connection.socket.id).toBe('s1');
    expect(old.active).toBe(false);
    expect(heard).toEqual(['shutting_down', 'start']);
  });

  it('has the old one answer meanwhile', async () => {
    const { connection, old } = await standing();
    old.emit('session:end', end);
    await vi.advanceTimersByTimeAsync(100);
    const answer = ask(connection.socket, 'relay:frame', frame);
    await vi.advanceTimersByTimeAsync(40);
    expect(await answer).toEqual({ ok: true });
  });

  it('goes on with the new one where the old one ends first', async () => {
    const { connection, old, heard } = await standing();
    old.emit('session:end', end);
    await vi.advanceTimersByTimeAsync(100);
    old.connected = false;
    old.emit('disconnect');
    expect(connection.socket.id).toBe('s1');
    await accept(sockets[1]);
    expect(heard).toEqual(['shutting_down', 'disconnect', 'start']);
  });

  it('is left to Socket.IO where the server does not wait', async () => {
    const { connection, old } = await standing();
    old.emit('session:end', end);
    old.connected = false;
    old.emit('disconnect');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sockets).toHaveLength(1);
    expect(connection.socket.id).toBe('s0');
    expect(old.connects).toBe(0);
  });

  it('is doubted as quickly afterwards as before', async () => {
    const { connection, old } = await standing();
    old.emit('session:end', end);
    await vi.advanceTimersByTimeAsync(100);
    await accept(sockets[1]);
    for (let count = 0; count < 8; count++) {
      const answer = ask(connection.socket, 'relay:frame', frame);
      await vi.advanceTimersByTimeAsync(40);
      await answer;
    }
    (sockets[1] as StandInSocket).answer = never;
    ask(connection.socket, 'relay:frame', frame).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(250);
    expect(sockets).toHaveLength(3);
  });
});
