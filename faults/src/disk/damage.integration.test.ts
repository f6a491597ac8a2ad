import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startAnypath, tokenOf } from '@anypath/bench/anypath';
import { PATHS } from '@anypath/protocol';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(import.meta.resolve('anypath/dist/main.js'));
const PAGE_BYTES = 4096;

/** Starts the built command on a folder; it should refuse. */
function serveOn(folder: string, uid?: number) {
  const { status, stderr, stdout } = spawnSync(process.execPath, [MAIN, 'serve'], {
    encoding: 'utf8',
    env: { ...process.env, PORT: '0', DATA_DIR: folder, COTURN: 'off' },
    timeout: 20_000,
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  return { status, stderr, stdout };
}

describe('anypath serve on a database that is damaged (real SQLite, the built command)', () => {
  let base = '';
  let whole = '';
  beforeAll(async () => {
    base = mkdtempSync(join(tmpdir(), 'anypath-damage-'));
    // Whoever is no root may look at the names in it.
    chmodSync(base, 0o755);
    whole = join(base, 'whole');
    const server = await startAnypath(whole, { CONTACTS: 'everyone' });
    const headers = { authorization: `Bearer ${await tokenOf('alice')}`, 'content-type': 'application/json' };
    const body = Buffer.alloc(20_000, 7).toString('base64');
    for (let number = 1; number <= 20; number++) {
      const message = JSON.stringify({ to: 'bob', id: `m${number}`, body });
      const response = await fetch(`${server.url}${PATHS.enqueue}`, { method: 'POST', headers, body: message });
      expect(await response.json()).toMatchObject({ id: `m${number}` });
    }
    await server[Symbol.asyncDispose]();
    // What is in the log would stand in for what is damaged.
    for (const name of ['mailbox.db', 'anypath.db']) {
      const db = new DatabaseSync(join(whole, name));
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      db.close();
    }
  });
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  /** A copy of the folder in which a file is damaged. */
  function damaged(name: string, damage: (file: string) => void): { folder: string; file: string } {
    const folder = mkdtempSync(join(base, 'copy-'));
    cpSync(whole, folder, { recursive: true });
    const file = join(folder, name);
    damage(file);
    return { folder, file };
  }

  const overwrite = (file: string, at: number, bytes: number) =>
    writeSync(openSync(file, 'r+'), Buffer.alloc(bytes, 255), 0, bytes, at);
  const damages: readonly (readonly [string, (file: string) => void])[] = [
    ['whose beginning is destroyed', (file) => overwrite(file, 0, 100)],
    ['that is overwritten in the middle', (file) => overwrite(file, PAGE_BYTES, statSync(file).size - 2 * PAGE_BYTES)],
    ['that is cut off', (file) => truncateSync(file, Math.floor(statSync(file).size / 2 / PAGE_BYTES) * PAGE_BYTES)],
    ['that is no database at all', (file) => writeFileSync(file, 'Dear Sir or Madam,\n'.repeat(1000))],
  ];

  const cases = ['mailbox.db', 'anypath.db'].flatMap((name) => damages.map(([how, damage]) => ({ name, how, damage })));
  it.each(cases)('refuses $name $how, names it and says what to do', ({ name, damage }) => {
    const { folder, file } = damaged(name, damage);
    const { status, stderr, stdout } = serveOn(folder);
    expect(status).toBe(1);
    expect(stdout).not.toContain('listening');
    expect(stderr).toContain(`anypath: ${file} is damaged (`);
    expect(stderr).toMatch(/Restore it from a backup .*, or move .* away: .* lost then/);
    // One sentence, and no stack.
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it.each(['mailbox.db', 'anypath.db'])('refuses a folder where %s is to be, in a sentence', (name) => {
    const { folder, file } = damaged(name, (path) => {
      rmSync(path);
      mkdirSync(path);
    });
    const { status, stderr } = serveOn(folder);
    expect(status).toBe(1);
    expect(stderr).toContain(`anypath: ${file} cannot be opened (`);
    expect(stderr).toMatch(/this user may read and write.*DATA_DIR/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('refuses a folder that this user may not read, in a sentence', (context) => {
    if (process.platform === 'win32') return context.skip('Windows keeps other rights');
    const { folder, file } = damaged('anypath.db', () => undefined);
    const isRoot = process.getuid?.() === 0;
    chmodSync(folder, isRoot ? 0o700 : 0o000);
    // Root may read everything, so somebody else has to try.
    const { status, stderr } = serveOn(folder, isRoot ? 65_534 : undefined);
    chmodSync(folder, 0o700);
    if (stderr.includes('Cannot find module')) return context.skip('others may not read the program either');
    expect(status).toBe(1);
    expect(stderr).toContain(`anypath: ${file} cannot be opened (`);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('keeps what is in the database where its log is garbage: no commit that was synced can look like that', async () => {
    const { folder } = damaged('mailbox.db', (file) => writeFileSync(`${file}-wal`, Buffer.alloc(100_000, 'garbage')));
    appendFileSync(join(folder, 'anypath.db-wal'), Buffer.alloc(5_000, 'garbage'));
    const server = await startAnypath(folder, { CONTACTS: 'everyone' });
    const metrics = await (await fetch(`${server.url}${PATHS.metrics}`)).text();
    await server[Symbol.asyncDispose]();
    expect(metrics).toMatch(/^anypath_mail_waiting_messages 20$/m);
  });
});
