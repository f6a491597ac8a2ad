import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Link, memoryDurable } from '@anypath/client';
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

  it('[S5.1] [S5.2] [S5.3] forces into the mailbox what an online side does not acknowledge, and tells so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'anypath-restart-'));
    const server = await startOn(folder, '0');
    const url = `http://127.0.0.1:${server.port}`;
    const alice = await connect({ url, token: await signIn(url, 'alice') });
    const bob = await connect({ url, token: await signIn(url, 'bob') });
    // Bob's application is there, and listens to nobody: what comes is not acknowledged.
    const opened = new Promise<Link>((resolve) => bob.on('link', resolve));
    const receipt = alice.link('bob').send('whatever it takes');
    const deaf = await opened;
    expect([receipt.status, receipt.forced]).toEqual(['sending', false]);
    await receipt.queued;
    expect([receipt.status, receipt.forced, alice.link('bob').path]).toEqual(['queued', true, 'relay']);
    const seen: unknown[] = [];
    deaf.on('message', ({ body }) => seen.push(body));
    const delivery = await receipt.delivered;
    expect(delivery).toMatchObject({ via: 'relay', forced: true });
    expect(receipt.status).toBe('delivered');
    await alice.link('bob').send('and after it').delivered;
    expect(seen).toEqual(['whatever it takes', 'and after it']);
    alice.close();
    bob.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('leaves for every device of the other side, and tells our own other devices', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'anypath-restart-'));
    const server = await startOn(folder, '0');
    const url = `http://127.0.0.1:${server.port}`;
    const seen: Record<string, unknown[]> = { phone: [], laptop: [], tablet: [] };
    const device = async (wallet: string, name: string, durable = memoryDurable()) => {
      const client = await connect({ url, token: await signIn(url, wallet), durable, deviceName: name });
      client.on('link', (link) => {
        link.on('message', ({ body }) => seen[name]?.push(body));
        link.on('sent', ({ body, from }) => seen[name]?.push(`${from}: ${body}`));
      });
      return client;
    };
    const stores = { phone: memoryDurable(), laptop: memoryDurable() };
    for (const name of ['phone', 'laptop'] as const) (await device('bob', name, stores[name])).close();
    const alice = await device('alice', 'desk');
    const tablet = await device('alice', 'tablet');
    await vi.waitUntil(() => !alice.online.includes('bob'));
    await alice.link('bob').send('for both').queued;
    await vi.waitUntil(() => seen['tablet']?.length === 1);
    const phone = await device('bob', 'phone', stores.phone);
    await vi.waitUntil(() => seen['phone']?.length === 1);
    phone.close();
    const laptop = await device('bob', 'laptop', stores.laptop);
    await vi.waitUntil(() => seen['laptop']?.length === 1);
    expect(seen).toEqual({ phone: ['for both'], laptop: ['for both'], tablet: ['alice: for both'] });
    expect((await laptop.devices.list()).map(({ name }) => name)).toEqual(['phone', 'laptop']);
    for (const client of [alice, tablet, laptop]) client.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('goes on after the sender’s program was ended, with what it had not got through', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'anypath-restart-'));
    const first = await startOn(folder, '0');
    const url = `http://127.0.0.1:${first.port}`;
    const durable = memoryDurable();
    const bobs = { url, token: await signIn(url, 'bob'), durable: memoryDurable() };
    (await connect(bobs)).close();
    const before = await connect({ url, token: await signIn(url, 'alice'), durable });
    await first.close();
    await vi.waitUntil(() => !before.isOnline);
    for (const body of ['1', '2', '3']) before.link('bob').send(body);
    before.close();
    const second = await startOn(folder, String(first.port));
    const after = await connect({ url, token: await signIn(url, 'alice'), durable });
    const queued: string[] = [];
    after.on('queued', (peer) => queued.push(peer));
    after.link('bob').send('4');
    const bob = await connect(bobs);
    const seen: unknown[] = [];
    bob.on('link', (link) => link.on('message', ({ body }) => seen.push(body)));
    await vi.waitUntil(() => seen.length === 4);
    expect(seen).toEqual(['1', '2', '3', '4']);
    expect(queued).toEqual(['bob', 'bob', 'bob']);
    after.close();
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
