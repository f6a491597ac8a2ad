import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchAnypath, tokenOf } from '@anypath/bench/anypath';
import { type Client, connect } from '@anypath/client';
import { PATHS } from '@anypath/protocol';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';

/** Of the disk, and of what takes room on it until it is removed. */
const DISK = '6m';
const BALLAST_BYTES = 2 * 1024 * 1024;
const BODY_BYTES = 100_000;

/** A file system of its own for what follows: as root, or as the root of a user namespace. */
const UNSHARE = ['unshare', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']), '--mount'];
const MOUNT = `mount -t tmpfs -o size=${DISK} tmpfs "$0" && exec "$@"`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'anypath-full-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const canMount = (): boolean => {
  const [command = '', ...args] = [...UNSHARE, 'sh', '-c', MOUNT, folder, 'true'];
  return spawnSync(command, args).status === 0;
};

/** The mailbox of a wallet without devices, over HTTP. */
async function walletAt(url: string, wallet: string) {
  const headers = { authorization: `Bearer ${await tokenOf(wallet)}`, 'content-type': 'application/json' };
  const enqueue = async (to: string, id: string) => {
    const body = JSON.stringify({ to, id, body: Buffer.alloc(BODY_BYTES, id).toString('base64') });
    const response = await fetch(`${url}${PATHS.enqueue}`, { method: 'POST', headers, body });
    const { error } = (await response.json()) as { error?: string };
    return { status: response.status, error };
  };
  const pullAll = async () => {
    const found: { id: string; whole: boolean }[] = [];
    for (let after = 0, more = true; more; ) {
      const response = await fetch(`${url}${PATHS.pull}?after=${after}`, { headers });
      const page = (await response.json()) as {
        messages: { position: number; id: string; body: string }[];
        more: boolean;
      };
      for (const { id, body } of page.messages) {
        found.push({ id, whole: Buffer.from(body, 'base64').equals(Buffer.alloc(BODY_BYTES, id)) });
      }
      after = page.messages.at(-1)?.position ?? after;
      more = page.more;
    }
    return found;
  };
  return { enqueue, pullAll };
}

async function talk(from: Client, to: Client, text: string) {
  const link = from.link(to.wallet);
  return link.send(text).delivered;
}

it('[S5.4] a full disk is answered with store_unavailable, keeps what was accepted and nothing else, and everything else goes on', async (context) => {
  if (process.platform !== 'linux') return context.skip('only Linux mounts a small disk for one process');
  if (!canMount()) return context.skip('this system allows no mount namespace');
  // The log would tell of the full disk.
  const env = { CONTACTS: 'everyone', LOG_LEVEL: 'fatal' };
  const server = launchAnypath(folder, env, () => undefined, [...UNSHARE, 'sh', '-c', MOUNT, folder]);
  try {
    const url = await server.listening;
    const disk = `/proc/${server.pid}/root${folder}`;
    const ballast = join(disk, 'ballast');
    writeFileSync(ballast, Buffer.alloc(BALLAST_BYTES));
    const [carol, dave] = await Promise.all(
      ['carol', 'dave'].map(async (wallet) => connect({ url, token: await tokenOf(wallet), rtc: false })),
    );
    if (!carol || !dave) throw new Error('nobody connected');
    const heard: unknown[] = [];
    dave.on('link', (link) => link.on('message', ({ body }) => heard.push(body)));
    await talk(carol, dave, 'before');
    const alice = await walletAt(url, 'alice');
    const bob = await walletAt(url, 'bob');
    const accepted: string[] = [];
    let refusal: Awaited<ReturnType<typeof alice.enqueue>> | undefined;
    for (let number = 1; !refusal && number < 200; number++) {
      const answer = await alice.enqueue('bob', `m${number}`);
      if (answer.status === 200) accepted.push(`m${number}`);
      else refusal = answer;
    }
    expect(refusal).toEqual({ status: 503, error: 'store_unavailable' });
    expect(accepted.length).toBeGreaterThan(5);

    // The server lives, what is not stored works, and so does what is stored already.
    expect((await fetch(`${url}${PATHS.health}`)).status).toBe(200);
    expect((await talk(carol, dave, 'meanwhile')).path).toBe('relay');
    expect(await bob.pullAll()).toEqual(accepted.map((id) => ({ id, whole: true })));

    unlinkSync(ballast);
    expect(await alice.enqueue('bob', 'again')).toMatchObject({ status: 200 });
    expect(await bob.pullAll()).toEqual([...accepted, 'again'].map((id) => ({ id, whole: true })));
    expect(heard).toEqual(['before', 'meanwhile']);
    const db = new DatabaseSync(join(disk, 'mailbox.db'));
    expect(db.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    db.close();
    carol.close();
    dave.close();
  } finally {
    await server.end('SIGTERM');
  }
}, 60_000);
