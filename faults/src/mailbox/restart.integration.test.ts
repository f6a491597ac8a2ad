import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAnypath, tokenOf } from '@anypath/bench/anypath';
import { connect, type KeyValueStore, memoryDurable } from '@anypath/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'anypath-restart-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Programs of one device, one after the other. */
function deviceAt(url: string, wallet: string) {
  const values = new Map<string, string>();
  const storage: KeyValueStore = {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
  const durable = memoryDurable();
  return async () => connect({ url, token: await tokenOf(wallet), rtc: false, durable, storage });
}

// Real: the built server, and the SDK.
it('[S5.4] a sender that starts anew does not overtake live what waits in the mailbox from before', async () => {
  await using server = await startAnypath(folder, { CONTACTS: 'everyone' });
  const sender = deviceAt(server.url, 'sender');
  const recipient = deviceAt(server.url, 'recipient');
  // It has a device, and goes.
  (await recipient()).close();
  const before = await sender();
  const waiting = Array.from({ length: 200 }, (_, index) => String(index + 1));
  const link = before.link('recipient');
  await vi.waitUntil(() => link.path === 'mailbox', { timeout: 20_000 });
  await Promise.all(waiting.map((number) => link.send(number).queued));
  before.close();

  const after = await sender();
  const next = after.link('recipient');
  next.on('path', (path) => {
    if (path === 'relay') next.send('live');
  });
  const back = await recipient();
  const seen: unknown[] = [];
  back.on('link', (from) => from.on('message', ({ body }) => seen.push(body)));
  await vi.waitUntil(() => seen.length > waiting.length, { timeout: 20_000 });
  expect(seen).toEqual([...waiting, 'live']);
  after.close();
  back.close();
}, 60_000);
