import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { IceAnswer } from '@anypath/protocol';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { TestServer } from '../testing/test-server.ts';
import { findExecutable } from './executable.ts';

const managed = { COTURN: 'auto', COTURN_RELAY_PORTS: '21100-21199' };
const isMissing = findExecutable('turnserver') === undefined;
const REASON = 'coturn is not installed (apt-get install coturn)';

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('the managed coturn (real)', () => {
  it('runs with the server and ends with it', async (context) => {
    if (isMissing) return context.skip(REASON);
    let pid = 0;
    {
      await using server = await TestServer.start(managed);
      pid = server.running.turnPid() ?? 0;
      expect(isAlive(pid)).toBe(true);
      expect(server.said.join()).toMatch(/coturn \(TURN\) listens on 127\.0\.0\.1:\d+/);
    }
    expect(isAlive(pid)).toBe(false);
  });

  it('is started again where it dies, and is not offered meanwhile', async (context) => {
    if (isMissing) return context.skip(REASON);
    await using server = await TestServer.start({ ...managed, ICE_RATE_LIMIT: '1000' });
    const token = await server.signIn('alice');
    const status = async () => (await server.get('/api/v1/rtc/ice', token)).status;
    const pid = () => server.running.turnPid();
    const first = pid();
    // It is back within a tenth of a second: killed until an answer falls entirely into its absence.
    await vi.waitUntil(
      async () => {
        const running = pid();
        if (running !== undefined) process.kill(running, 'SIGKILL');
        await vi.waitUntil(() => pid() === undefined, { interval: 1 });
        return (await status()) === 503 && pid() === undefined;
      },
      { timeout: 20_000, interval: 1 },
    );
    const second = await vi.waitUntil(pid, { timeout: 15_000 });
    expect(second).not.toBe(first);
    expect(await status()).toBe(200);
  });

  it('keeps its configuration, with a fresh secret, to this user', async (context) => {
    if (isMissing) return context.skip(REASON);
    await using server = await TestServer.start(managed);
    expect(statSync(join(server.folder, 'coturn', 'turnserver.conf')).mode & 0o777).toBe(0o600);
  });

  it('takes a free port where the usual one is taken', async (context) => {
    if (isMissing) return context.skip(REASON);
    const usual = createServer().listen(3478, '127.0.0.1');
    await Promise.race([once(usual, 'listening'), once(usual, 'error')]);
    try {
      await using server = await TestServer.start(managed);
      const answer = v.parse(
        IceAnswer,
        await (await server.get('/api/v1/rtc/ice', await server.signIn('alice'))).json(),
      );
      expect(answer.iceServers[0]?.urls[0]).not.toContain(':3478?');
    } finally {
      usual.close();
    }
  });

  it('is left out, in one line, where clients could not be told an address', async (context) => {
    if (isMissing) return context.skip(REASON);
    await using server = await TestServer.start({ ...managed, HOST: '0.0.0.0', DEV_SIGN_IN: 'auto' });
    expect(server.said.filter((line) => line.includes('COTURN_HOST'))).toHaveLength(1);
  });
});
