import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@anypath/client';
import { createLog, readConfig, startServer } from '@anypath/server';
import { describe, expect, it, vi } from 'vitest';

describe('the SDK without a browser, through the real server', () => {
  async function startOn(folder: string, port: string) {
    const settings = { COTURN: 'off', LOG_LEVEL: 'error', CONTACTS: 'everyone' };
    const config = readConfig({ ...settings, PORT: port, DATA_DIR: folder });
    return startServer(config, { log: createLog(config), version: '0.0.0-e2e', say: () => undefined });
  }

  async function signIn(url: string, wallet: string): Promise<string> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/api/v1/auth/dev`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ wallet }),
    });
    return ((await response.json()) as { token: string }).token;
  }

  it('finds the server again after a restart, and delivers what was sent meanwhile, in order', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'anypath-restart-'));
    const first = await startOn(folder, '0');
    const url = `http://127.0.0.1:${first.port}`;
    const [alice, bob] = await Promise.all(
      ['alice', 'bob'].map(async (wallet) => connect({ url, token: await signIn(url, wallet) })),
    );
    if (!alice || !bob) throw new Error('nobody connected');
    const seen: unknown[] = [];
    bob.on('link', (link) => link.on('message', ({ body }) => seen.push(body)));
    const link = alice.link('bob');
    await link.send('before').delivered;
    await first.close();
    await vi.waitUntil(() => link.path === 'none');
    const meanwhile = ['1', '2', '3'].map((body) => link.send(body));
    const second = await startOn(folder, String(first.port));
    const deliveries = await Promise.all(meanwhile.map(({ delivered }) => delivered));
    // Whoever is back first leaves them in the mailbox of the other.
    expect(deliveries.every(({ via }) => via === 'relay')).toBe(true);
    expect(seen).toEqual(['before', '1', '2', '3']);
    alice.close();
    bob.close();
    await second.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('delivers what is sent after a link was closed and opened again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'anypath-restart-'));
    const server = await startOn(folder, '0');
    const url = `http://127.0.0.1:${server.port}`;
    const alice = await connect({ url, token: await signIn(url, 'alice') });
    const bob = await connect({ url, token: await signIn(url, 'bob') });
    const seen: unknown[] = [];
    bob.on('link', (link) => link.on('message', ({ body }) => seen.push(body)));
    await alice.link('bob').send('first').delivered;
    alice.link('bob').close();
    expect(() => alice.link('alice')).toThrow('a link goes to another wallet');
    await alice.link('bob').send('second').delivered;
    expect(seen).toEqual(['first', 'second']);
    alice.close();
    bob.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('tells a refusal from a server that does not answer', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'anypath-restart-'));
    const server = await startOn(folder, '0');
    const url = `http://127.0.0.1:${server.port}`;
    await expect(connect({ url, token: 'wrong' })).rejects.toMatchObject({ code: 'unauthenticated' });
    await server.close();
    await expect(connect({ url, token: 'x', timeoutMs: 300 })).rejects.toMatchObject({ code: 'unreachable' });
    rmSync(folder, { recursive: true, force: true });
  });
});
