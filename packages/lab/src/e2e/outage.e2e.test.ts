import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { mongoObstacle, startMongo } from '@anypath/server/testing/mongo-server';
import { hasRedis, startRedis } from '@anypath/server/testing/redis-server';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findChromium, launchChromium } from '../browser/chromium.ts';
import { bundleSdk } from '../browser/sdk-bundle.ts';
import { SdkPage, type Seen } from '../browser/sdk-page.ts';

const MAIN = fileURLToPath(new URL('../../../cli/dist/main.js', import.meta.url));
const EVERY_MS = 20;
const BEFORE = 100;
const MESSAGES = 300;

const chromium = findChromium();
const obstacle = hasRedis() ? mongoObstacle() : 'redis-server is not installed';

/** The built server in a process of its own, which may be killed. */
async function startNode(env: Record<string, string>): Promise<{ url: string; child: ChildProcess }> {
  const settings = { HOST: '127.0.0.1', PORT: '0', COTURN: 'off', LOG_LEVEL: 'error', CONTACTS: 'everyone' };
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    env: { ...process.env, ...settings, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^listening on (\S+)$/.exec(line)?.[1];
    if (url !== undefined) return { url, child };
  }
  throw new Error('the node ended before it listened');
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** The 95th percentile of the times between arrivals, milliseconds. */
function gapP95Ms(seen: readonly Seen[]): number {
  const gaps = seen.slice(1).map(({ atMs }, index) => atMs - (seen[index]?.atMs ?? atMs));
  return gaps.sort((a, b) => a - b)[Math.floor(gaps.length * 0.95)] ?? Number.POSITIVE_INFINITY;
}

describe('a direct link of two tabs of real Chromium on two nodes, with a real Redis and a MongoDB-protocol server', () => {
  let browser: Browser | undefined;
  let sdk = '';
  beforeAll(async () => {
    if (!chromium || obstacle !== undefined) return;
    [browser, sdk] = await Promise.all([launchChromium(chromium), bundleSdk()]);
  });
  afterAll(async () => browser?.close());
  beforeEach((context) => {
    if (!chromium) context.skip('Chromium is not installed (apt-get install chromium)');
    if (obstacle !== undefined) context.skip(obstacle);
  });

  it('does not notice that Redis and the node of one of them are killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'anypath-outage-'));
    const [redis, mongo] = await Promise.all([startRedis(), startMongo()]);
    const shared = { BUS_URL: redis.url, STORE_URL: mongo.url };
    const node = (name: string) => startNode({ ...shared, NODE_NAME: name, DATA_DIR: join(folder, name) });
    const one = await node('one');
    const two = await node('two');
    const context = await (browser as Browser).newContext({ bypassCSP: true });
    try {
      const alice = await SdkPage.open(context, one.url, sdk, 'alice', 'bob');
      const bob = await SdkPage.open(context, two.url, sdk, 'bob', 'alice');
      await Promise.all([alice.join(), bob.join()]);
      await alice.send('by relay');
      await Promise.all([alice.waitForPath('direct'), bob.waitForPath('direct')]);
      await alice.stream(MESSAGES, EVERY_MS);
      const before = (await bob.waitForSeen(1 + BEFORE)).slice(1);
      await Promise.all([redis.kill(), kill(one.child)]);
      const after = (await bob.waitForSeen(1 + MESSAGES)).slice(1 + before.length);
      await alice.waitForDelivered(1 + MESSAGES);
      const numbers = Array.from({ length: MESSAGES }, (_, index) => String(index));
      expect([...before, ...after].map(({ body }) => body)).toEqual(numbers);
      expect(new Set(after.map(({ path }) => path))).toEqual(new Set(['direct']));
      // As without the fault, but for what a busy machine makes of 20 ms.
      expect(gapP95Ms(after)).toBeLessThan(2 * gapP95Ms(before) + EVERY_MS);
      for (const { trace } of [await alice.looksAt(), await bob.looksAt()]) {
        const opened = trace.findIndex((entry) => entry.event === 'path' && entry.to === 'direct');
        const moves = trace.slice(opened + 1).filter(({ event }) => event === 'path' || event === 'upgrade');
        expect([opened >= 0, moves]).toEqual([true, []]);
      }
      expect((await alice.looksAt()).trace).toContainEqual(expect.objectContaining({ event: 'socket', up: false }));
    } finally {
      await context.close();
      await Promise.all([kill(one.child), kill(two.child), redis.stop(), mongo.stop()]);
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);
});
