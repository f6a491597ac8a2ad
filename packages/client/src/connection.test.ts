import { ERRORS, type ErrorCode } from '@anypath/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Connection } from './connection.ts';
import type { Credentials } from './credentials.ts';
import { RefusedRequest } from './http.ts';
import type { Present, Socket } from './socket.ts';
import { StandInSocket } from './stand-in-socket.ts';

const standIn = vi.hoisted(() => ({ socket: undefined as unknown }));
vi.mock('./socket.ts', () => ({
  openSocket: (_url: string, _withCredentials: boolean, introduce: (present: Present) => void) =>
    Object.assign(standIn.socket as object, { introduce }) as unknown as Socket,
}));

function opened(credentials: Partial<Credentials> = {}) {
  const socket = new StandInSocket();
  standIn.socket = socket;
  const known = {
    withCredentials: true,
    forFetch: async () => ({}),
    forHandshake: async () => ({}),
    forget: () => true,
  };
  const connection = new Connection(
    'https://rtc.example.com',
    { deviceId: 'd1', rtc: true },
    { ...known, ...credentials },
  );
  const failures: [ErrorCode, boolean][] = [];
  connection.on('failed', ({ code }, isFinal) => failures.push([code, isFinal]));
  return { socket, connection, failures };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const RETRIED = (Object.keys(ERRORS) as ErrorCode[]).filter((code) => ERRORS[code].retry);

describe('a connection that is refused (Socket.IO’s socket is a stand-in)', () => {
  it.each(RETRIED.filter((code) => code !== 'rate_limited'))('comes back soon after %s', async (code) => {
    const { socket, failures } = opened();
    socket.refuse(code);
    expect(failures).toEqual([[code, false]]);
    await vi.advanceTimersByTimeAsync(150);
    expect(socket.connects).toBe(1);
  });

  it('does not hammer a server that has had too many of us', async () => {
    const { socket } = opened();
    for (let refusals = 0; refusals < 5; refusals++) {
      socket.refuse('rate_limited');
      await vi.advanceTimersByTimeAsync(4_900);
    }
    expect(socket.connects).toBe(0);
    await vi.advanceTimersByTimeAsync(100_000);
    expect(socket.connects).toBe(1);
  });

  it('waits as long as the server asks', async () => {
    const { socket } = opened();
    socket.refuse('rate_limited', { retryAfterMs: 1_000 });
    await vi.advanceTimersByTimeAsync(999);
    expect(socket.connects).toBe(0);
    await vi.advanceTimersByTimeAsync(501);
    expect(socket.connects).toBe(1);
  });

  it.each(['soon', -1, Number.NaN, null])('decides by itself where the server asks for %s', async (retryAfterMs) => {
    const { socket } = opened();
    socket.refuse('shutting_down', { retryAfterMs });
    await vi.advanceTimersByTimeAsync(150);
    expect(socket.connects).toBe(1);
  });

  it.each(['unauthenticated', 'session_ended', 'forbidden'])('is over after %s', async (code) => {
    const { socket, failures } = opened();
    socket.refuse(code);
    await vi.advanceTimersByTimeAsync(100_000);
    expect(failures).toEqual([[code, true]]);
    expect(socket.connects).toBe(0);
  });

  it('presents a new CSRF token once, and is over after the second refusal', async () => {
    const { socket, failures } = opened();
    socket.refuse('csrf_failed');
    await vi.advanceTimersByTimeAsync(150);
    expect(socket.connects).toBe(1);
    socket.refuse('csrf_failed');
    expect(failures).toEqual([
      ['csrf_failed', false],
      ['csrf_failed', true],
    ]);
  });

  it('comes back after words that this version does not know, and after the server closed it', async () => {
    const { socket } = opened();
    socket.refuse('brand_new');
    await vi.advanceTimersByTimeAsync(150);
    socket.active = false;
    socket.emit('disconnect');
    await vi.advanceTimersByTimeAsync(300);
    expect(socket.connects).toBe(2);
  });

  it('leaves a failing network to Socket.IO', async () => {
    const { socket, failures } = opened();
    socket.emit('connect_error', new Error('xhr poll error'));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(failures).toEqual([['unreachable', false]]);
    expect(socket.connects).toBe(0);
  });

  it('stays away once it is closed', async () => {
    const { socket, connection } = opened();
    socket.refuse('shutting_down');
    connection.close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(socket.connects).toBe(0);
  });
});

describe('a connection that introduces itself (Socket.IO’s socket is a stand-in)', () => {
  it('presents its proof and its device, and needs no deprecated events', async () => {
    const { socket } = opened({ forHandshake: async () => ({ csrfToken: 'c' }) });
    const present = vi.fn();
    socket.introduce(present);
    await vi.advanceTimersByTimeAsync(0);
    expect(present).toHaveBeenCalledExactlyOnceWith({ csrfToken: 'c', deviceId: 'd1', rtc: true, legacy: false });
  });

  it('waits as long as the server asks where its proof cannot be had yet', async () => {
    const { socket, failures } = opened({
      forHandshake: () => Promise.reject(new RefusedRequest('rate_limited', undefined, 30_000)),
    });
    socket.introduce(vi.fn());
    await vi.advanceTimersByTimeAsync(29_000);
    expect(failures).toEqual([['rate_limited', false]]);
    expect(socket.connects).toBe(0);
    await vi.advanceTimersByTimeAsync(17_000);
    expect(socket.connects).toBe(1);
  });

  it('is silent on a transport that was replaced meanwhile', async () => {
    const { socket } = opened({ forHandshake: async () => ({ csrfToken: 'c' }) });
    const present = vi.fn();
    socket.introduce(present);
    socket.io.engine = { close: () => undefined };
    await vi.advanceTimersByTimeAsync(0);
    expect(present).not.toHaveBeenCalled();
  });
});
