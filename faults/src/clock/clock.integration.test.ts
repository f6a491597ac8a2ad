import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startAnypath, tokenOf } from '@anypath/bench/anypath';
import { connect } from '@anypath/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const RECIPIENT = fileURLToPath(new URL('./recipient.mjs', import.meta.url));
const DAY_MS = 86_400_000;
/** What a slow machine may add to the time that a message travelled. */
const TOLERANCE_MS = 5_000;

interface Arrival {
  readonly body: string;
  readonly path: string;
  readonly ms: number;
  readonly sentAt: number;
}

/** A recipient in a process of its own. */
function recipientAt(options: { url: string; token: string; shiftMs: number }) {
  const child = spawn(process.execPath, [RECIPIENT, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const said: string[] = [];
  const arrivals: Arrival[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) arrivals.push(JSON.parse(line));
    else said.push(line);
  });
  const tell = async (line: string, answer: string) => {
    child.stdin.write(`${line}\n`);
    await vi.waitUntil(() => said.shift() === answer, { timeout: 20_000 });
  };
  const end = async () => {
    const ended = once(child, 'exit');
    child.stdin.end();
    await ended;
  };
  return { arrivals, tell, [Symbol.asyncDispose]: end };
}

describe('clocks that are a day off (real: the built server, the SDK in two processes)', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-clock-'));
  });
  afterEach(() => {
    vi.useRealTimers();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    { whose: 'the recipient’s is ahead', recipientMs: DAY_MS, senderMs: 0 },
    { whose: 'the recipient’s is behind', recipientMs: -DAY_MS, senderMs: 0 },
    { whose: 'the sender’s is ahead, the recipient’s behind', recipientMs: -DAY_MS, senderMs: DAY_MS },
    { whose: 'the sender’s is behind, the recipient’s ahead', recipientMs: DAY_MS, senderMs: -DAY_MS },
  ])(
    '$whose: nothing expires, order holds, times are those of the server',
    async ({ recipientMs, senderMs }) => {
      // Messages are kept for an hour: by a clock that is a day off they would all be too old.
      await using server = await startAnypath(folder, { CONTACTS: 'everyone', MAILBOX_TTL: '3600' });
      const { url } = server;
      const [token, senderToken] = await Promise.all(['recipient', 'sender'].map(tokenOf));
      await using recipient = recipientAt({ url, token: token ?? '', shiftMs: recipientMs });
      await recipient.tell('connect', 'connected');
      await recipient.tell('close', 'closed');
      const startedMs = Date.now();
      if (senderMs !== 0) vi.useFakeTimers({ toFake: ['Date'], now: startedMs + senderMs });
      const sender = await connect({ url, token: senderToken ?? '', rtc: false });
      const link = sender.link('recipient');
      await vi.waitUntil(() => link.path === 'mailbox', { timeout: 20_000 });
      const numbers = Array.from({ length: 20 }, (_, index) => String(index + 1));
      const receipts = numbers.map((number) => link.send(number));
      await Promise.all(receipts.map(({ queued }) => queued));
      await recipient.tell('connect', 'connected');
      await Promise.all(receipts.map(({ delivered }) => delivered));
      await vi.waitUntil(() => link.path === 'relay', { timeout: 20_000 });
      const live = ['21', '22', '23'].map((number) => link.send(number));
      await Promise.all(live.map(({ delivered }) => delivered));
      await vi.waitUntil(() => recipient.arrivals.length >= 23, { timeout: 20_000 });
      sender.close();
      vi.useRealTimers();
      const { arrivals } = recipient;
      expect(arrivals.map(({ body }) => body)).toEqual([...numbers, '21', '22', '23']);
      expect(arrivals.slice(0, 20).every(({ path }) => path === 'mailbox')).toBe(true);
      const tookMs = Date.now() - startedMs;
      for (const { ms, sentAt } of arrivals) {
        expect(ms).toBeLessThan(tookMs + TOLERANCE_MS);
        expect(Math.abs(sentAt - startedMs)).toBeLessThan(tookMs + TOLERANCE_MS);
      }
    },
    60_000,
  );
});
