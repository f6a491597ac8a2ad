import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, memoryDurable } from '@anypath/client';
import { expect, it, vi } from 'vitest';

const MAIN = fileURLToPath(new URL('../../../cli/dist/main.js', import.meta.url));

/** Whether the memory of a process that it may write to holds a text, as Node keeps texts: one byte or two a character. */
function memoryHolds(pid: number, text: string): boolean {
  const wanted = [Buffer.from(text, 'utf8'), Buffer.from(text, 'utf16le')];
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
      if (!from || !to) continue;
      const region = Buffer.alloc(Number(BigInt(`0x${to}`) - BigInt(`0x${from}`)));
      // A region may have gone since it was listed.
      const bytes = tried(() => readSync(memory, region, 0, region.length, BigInt(`0x${from}`)));
      if (bytes !== undefined && wanted.some((one) => region.includes(one))) return true;
    }
    return false;
  } finally {
    closeSync(memory);
  }
}

function tried<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

it.skipIf(process.platform !== 'linux')(
  'the server has no word of what is said: neither in its database, nor in its memory, nor in its log',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'anypath-secrecy-'));
    const settings = { PORT: '0', COTURN: 'off', CONTACTS: 'everyone', LOG_LEVEL: 'trace', DATA_DIR: folder };
    const server = spawn(process.execPath, [MAIN, 'serve'], { env: { ...process.env, ...settings } });
    let printed = '';
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    }
    const ended = once(server, 'close');
    try {
      const url = await vi.waitUntil(() => /listening on (http:\/\/\S+)/.exec(printed)?.[1], { timeout: 20_000 });
      // Names that nothing else in memory has.
      const [alice, bob] = [`alice-${randomUUID()}`, `bob-${randomUUID()}`];
      const [live, stored] = [`live-${randomUUID()}`, `stored-${randomUUID()}`];
      const signedIn = async (wallet: string) => {
        const headers = { 'content-type': 'application/json' };
        const body = JSON.stringify({ wallet, as: 'bearer' });
        const answer = await fetch(`${url}/api/v1/auth/dev`, { method: 'POST', headers, body });
        return ((await answer.json()) as { token: string }).token;
      };
      const durable = memoryDurable();
      const bobs = { url, token: await signedIn(bob), durable };
      const seen: unknown[] = [];
      const sender = await connect({ url, token: await signedIn(alice) });
      const first = await connect(bobs);
      first.on('link', (link) => link.on('message', ({ body }) => seen.push(body)));
      const link = sender.link(bob);
      expect((await link.send(live).delivered).path).toBe('relay');
      first.close();
      await link.send(stored).queued;

      const pid = server.pid ?? 0;
      expect([alice, live, stored].map((text) => memoryHolds(pid, text))).toEqual([true, false, false]);
      const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
      const holds = (text: string) => files.some((bytes) => bytes.includes(text)) || printed.includes(text);
      expect([alice, live, stored].map(holds)).toEqual([true, false, false]);

      const second = await connect(bobs);
      second.on('link', (opened) => opened.on('message', ({ body }) => seen.push(body)));
      await vi.waitUntil(() => seen.length === 2, { timeout: 10_000 });
      expect(seen).toEqual([live, stored]);
      sender.close();
      second.close();
    } finally {
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
