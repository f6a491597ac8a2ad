import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sideOf, step } from '../../contacts/pair.ts';
import { type MongoServer, mongoObstacle, startMongo } from '../../testing/mongo-server.ts';
import type { MailboxStore, NewMail } from '../mailbox-port.ts';
import { openMongoStore } from '../mongo.ts';
import { openSqliteStore } from '../sqlite.ts';
import { copyStore } from './copy-store.ts';

const ANYPATH = fileURLToPath(new URL('../../../../cli/dist/main.js', import.meta.url));
const HOUR_MS = 3_600_000;
const QUOTA = { messages: 1_000_000, bytes: 2 ** 40 };
const NOW_MS = Date.now();

const mail = (index: number): NewMail => ({
  from: index % 3 === 0 ? 'carol' : 'alice',
  to: 'bob',
  id: `m${index}`,
  body: new Uint8Array(20 + (index % 7)).fill(index),
  forced: index % 2 === 0,
  atMs: NOW_MS + index,
  expiresAtMs: NOW_MS + 24 * HOUR_MS + index,
  readers: ['b1', 'b2'],
  copyReaders: index % 5 === 0 ? ['a2'] : [],
});

const waiting = async (mailbox: MailboxStore, owner: string, reader: string) =>
  (await mailbox.pull(owner, reader, { after: 0, maxMessages: 10_000, maxBytes: 2 ** 40, nowMs: 0 })).messages;

/** Something of everything, in files. */
async function fill(folder: string): Promise<void> {
  const store = openSqliteStore(folder);
  store.setFlag({ key: 'rtc.ice', enabled: true, percent: 12.5, wallets: { 'alice.example': true, bob: false } });
  store.secret('jwt', () => crypto.getRandomValues(new Uint8Array(32)));
  store.revokeSession('s1', NOW_MS + HOUR_MS, NOW_MS);
  for (const [index, action] of (['ask', 'block', 'ask'] as const).entries()) {
    const peer = `peer${index}`;
    store.changeContact('alice', peer, (pair) => step(pair, sideOf('alice', peer), action, NOW_MS));
  }
  store.changeContact('alice', 'peer0', (pair) => step(pair, sideOf('peer0', 'alice'), 'accept', NOW_MS));
  const proof = { message: 'sign …\n', signature: '0x1b' };
  const device = { keyId: 'b1', publicKey: 'p1', name: 'Teléfono', sinceMs: NOW_MS, seenMs: NOW_MS + 5, proof };
  for (const keyId of ['b1', 'b2', 'b3']) {
    store.changeDevices('bob', keyId, ({ devices }) => ({
      devices: [...devices, { ...device, keyId }],
      revokedMs: undefined,
    }));
  }
  store.changeDevices('bob', 'b3', ({ devices }) => {
    return { devices: devices.filter(({ keyId }) => keyId !== 'b3'), revokedMs: NOW_MS + 9 };
  });
  const { mailbox } = store;
  await Promise.all(Array.from({ length: 250 }, (_, index) => mailbox.enqueue(mail(index), QUOTA)));
  const positions = (await waiting(mailbox, 'bob', 'b1')).map(({ position }) => position);
  await mailbox.acknowledge('bob', 'b1', positions.slice(0, 50));
  await mailbox.acknowledge('bob', 'b2', positions.slice(0, 20));
  await mailbox.acknowledge('bob', 'b1', positions.slice(-3));
  await mailbox.acknowledge('bob', 'b2', positions.slice(-3));
  store.close();
}

/**
 * The same files anew. SQLite keeps those open that were closed until its statements are collected, which a command that ends need not
 * wait for; here both run in one process.
 */
function copyOf(folder: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'anypath-copy-'));
  for (const name of ['anypath.db', 'anypath.db-wal', 'mailbox.db', 'mailbox.db-wal']) {
    if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(copy, name));
  }
  return copy;
}

const obstacle = mongoObstacle();

describe.skipIf(obstacle !== undefined)(
  `a copy from SQLite to MongoDB (real files, real server)${obstacle ? `: ${obstacle}` : ''}`,
  () => {
    let server: MongoServer;
    let url = '';
    let filled = '';
    let folder = '';
    let tests = 0;
    const folders: string[] = [];
    const anew = () => {
      const copy = copyOf(filled);
      folders.push(copy);
      return copy;
    };

    beforeAll(async () => {
      server = await startMongo();
      filled = mkdtempSync(join(tmpdir(), 'anypath-copy-'));
      folders.push(filled);
      await fill(filled);
    }, 60_000);
    afterAll(async () => {
      for (const each of folders) rmSync(each, { recursive: true, force: true });
      await server.stop();
    });
    beforeEach(() => {
      url = server.urlFor(`copy${++tests}`);
      folder = anew();
    });

    const anypath = (...args: string[]) => {
      const env = { PATH: process.env['PATH'], STORE_URL: url };
      return spawnSync(process.execPath, [ANYPATH, ...args], { encoding: 'utf8', env });
    };
    const silent = () => undefined;

    it('is whole, says so with a hash of each kind, and can be worked on (the built command)', async () => {
      const { status, stdout, stderr } = anypath('store', 'copy', '--from', `sqlite:${folder}`);
      expect([status, stderr]).toEqual([0, '']);
      for (const line of ['flags', 'secrets', 'ended sessions', 'contacts', 'wallets', 'messages', 'remembered']) {
        expect(stdout).toMatch(new RegExp(`^${line} +[1-9]\\d*  sha256:[0-9a-f]{64}  same$`, 'm'));
      }
      expect(stdout).toContain('Everything is there. Set STORE_URL');
      const [before, after] = [openSqliteStore(folder), await openMongoStore(url)];
      expect(await after.flags()).toEqual(before.flags());
      const made = await after.secret('jwt', () => new Uint8Array([0]));
      expect([...made]).toEqual([...before.secret('jwt', () => new Uint8Array([1]))]);
      expect(await after.revokedSessions(NOW_MS)).toEqual(before.revokedSessions(NOW_MS));
      for (const wallet of ['alice', 'peer0', 'peer1']) {
        const byPeer = (one: { peer: string }, other: { peer: string }) => (one.peer < other.peer ? -1 : 1);
        expect([...(await after.contactsOf(wallet))].sort(byPeer)).toEqual([...before.contactsOf(wallet)].sort(byPeer));
      }
      expect(await after.devicesOf('bob')).toEqual(before.devicesOf('bob'));
      expect((await after.changeDevices('bob', 'b3', (known) => known)).before.revokedMs).toBe(NOW_MS + 9);
      for (const [owner, reader] of [
        ['bob', 'b1'],
        ['bob', 'b2'],
        ['alice', 'a2'],
      ] as const) {
        const waits = await waiting(after.mailbox, owner, reader);
        expect(waits.length).toBeGreaterThan(30);
        expect(waits).toEqual(await waiting(before.mailbox, owner, reader));
      }
      expect(after.mailbox.total()).toEqual(before.mailbox.total());
      expect(await after.mailbox.enqueue(mail(249), QUOTA), 'remembered').toMatchObject({ forced: false });
      const fresh = await after.mailbox.enqueue({ ...mail(0), id: 'new', to: 'dave' }, QUOTA);
      const last = await before.mailbox.enqueue({ ...mail(0), id: 'new' }, QUOTA);
      expect(fresh.added?.position, 'behind every position that clients may have seen').toBe(last.added?.position);
      before.close();
      await after.close();
      const flags = anypath('flags', 'set', 'rtc.ice', 'off');
      expect([flags.status, flags.stdout]).toEqual([0, 'rtc.ice        off, alice.example: on, bob: off\n']);
    });

    it('goes on where it was broken off, with nothing twice, and lets no server work on half of it', async () => {
      const broken = copyStore({
        folder,
        url,
        progress: (kind, copied) => {
          if (kind === 'mail' && copied >= 200) throw new Error('broken off');
        },
      });
      await expect(broken).rejects.toThrow('broken off');
      await expect(openMongoStore(url)).rejects.toThrow(/has not ended\. Run `anypath store copy` again/);
      const counts: number[] = [];
      const progress = (kind: string, count: number) => kind === 'mail' && counts.push(count);
      const copied = await copyStore({ folder: anew(), url, progress });
      expect(copied.every(({ isSame }) => isSame)).toBe(true);
      expect(counts.at(-1), 'it began behind what was there').toBeLessThan(200);
      await (await openMongoStore(url)).close();
    });

    it('is refused while a server runs on the files, and into a database that holds something', async () => {
      const running = openSqliteStore(folder);
      await expect(copyStore({ folder, url, progress: silent })).rejects.toThrow(/A server runs on these files/);
      running.close();
      const used = await openMongoStore(url);
      await used.close();
      await expect(copyStore({ folder: anew(), url, progress: silent })).rejects.toThrow(
        /There is something in this database/,
      );
      const nowhere = { folder: join(folder, 'none'), url, progress: silent };
      await expect(copyStore(nowhere)).rejects.toThrow(/Name the folder that DATA_DIR of the server names/);
    });
  },
);
