import { LIMITS, PATHS, RATE_LIMITS } from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import { deviceKey, deviceProof, devicePublicKey, ethereumAccount } from '../testing/device-keys.ts';
import { cookieSignIn, postJson } from '../testing/session.ts';
import { ask, codeOf, record, settled } from '../testing/signals.ts';
import { heard, TestServer, type TestSocket } from '../testing/test-server.ts';

const MUTUAL = { CONTACTS: 'mutual' };

/** What `devices:update` says, and what the answers do. */
interface Told {
  readonly wallet: string;
  readonly devices: readonly { readonly keyId: string; readonly name: string; readonly seen?: number }[];
}

const answered = async (socket: TestSocket, event: string, payload: object) =>
  (await ask(socket, event, payload)) as unknown as Told & { readonly ok: boolean; readonly keyId?: string };
const register = (socket: TestSocket, registration: object) => answered(socket, 'devices:register', registration);
const keysIn = ({ devices }: Told) => devices.map(({ keyId }) => keyId);

/** The updates about a wallet that some sockets have heard by now, the last of each, with the keys; `none` where there is none. */
async function lastUpdates(wallet: string, ...recorded: (readonly [TestSocket, Told[]])[]) {
  const last = [];
  for (const [socket, updates] of recorded) {
    await settled(socket);
    const about = updates.splice(0).filter((update) => update.wallet === wallet);
    last.push(about.length === 0 ? 'none' : keysIn(about.at(-1) as Told));
  }
  return last;
}

async function befriend(one: TestSocket, other: TestSocket, wallets: readonly [string, string]) {
  await ask(one, 'contacts:change', { action: 'ask', wallet: wallets[1] });
  await ask(other, 'contacts:change', { action: 'accept', wallet: wallets[0] });
}

/** How a socket ends: what it is told, and that it is closed. */
async function end(socket: TestSocket) {
  const closed = new Promise((resolve) => socket.once('disconnect', resolve));
  const told = await heard(socket, 'session:end');
  await closed;
  return told.error;
}

describe('devices over the socket of the real server', () => {
  it('[DV1] [DV2] [DV5] are registered, listed the oldest first, and named by a hash of their key', async () => {
    await using server = await TestServer.start(MUTUAL);
    const beforeMs = Date.now();
    const [first, second] = [await deviceKey(), await deviceKey()];
    const [a1, a2] = [await server.socket('alice', 'a1'), await server.socket('alice', 'a2')];
    const answer = await register(a1, { publicKey: first.publicKey, name: '  Laptop ' });
    const device = { ...first, name: 'Laptop', since: expect.any(Number), seen: expect.any(Number) };
    expect(answer).toEqual({ ok: true, keyId: first.keyId, wallet: 'alice', devices: [device] });
    expect(answer.devices[0]?.seen).toBeGreaterThanOrEqual(beforeMs);
    // The next millisecond: devices of the same one are listed by keyId.
    while (Date.now() === answer.devices[0]?.seen) await settled(a1);
    expect(keysIn(await register(a2, { publicKey: second.publicKey }))).toEqual([first.keyId, second.keyId]);
    expect(keysIn(await answered(a1, 'devices:list', {}))).toEqual([first.keyId, second.keyId]);
    expect(keysIn(await answered(a1, 'devices:list', { wallet: 'alice' }))).toEqual([first.keyId, second.keyId]);
  });

  it('[DV2] [DV3] are the same device when they register again, which tells nobody anything', async () => {
    await using server = await TestServer.start();
    const { publicKey, keyId } = await deviceKey();
    const [a1, a2] = [await server.socket('alice', 'a1'), await server.socket('alice', 'a2')];
    const bob = await server.socket('bob');
    const first = await register(a1, { publicKey, name: 'Laptop' });
    await heard(bob, 'devices:update');
    const updates = [a1, a2, bob].map((socket) => [socket, record<Told>(socket, 'devices:update')] as const);
    for (const socket of [a1, a2, a1]) {
      const again = await register(socket, { publicKey });
      expect(again).toEqual({ ...first, devices: [{ ...first.devices[0], seen: expect.any(Number) }] });
    }
    await register(a2, { publicKey, name: 'Laptop' });
    expect(await lastUpdates('alice', ...updates)).toEqual(['none', 'none', 'none']);
    expect((await answered(a1, 'devices:list', {})).devices).toMatchObject([{ keyId, name: 'Laptop' }]);
  });

  it('[DV1] are refused with a key that is none, or of small order', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice');
    for (const publicKey of [undefined, '', 'A'.repeat(43), 'A'.repeat(42), `${devicePublicKey()}=`, 5]) {
      expect(await codeOf(ask(alice, 'devices:register', { publicKey }))).toBe('invalid_payload');
    }
    expect((await answered(alice, 'devices:list', {})).devices).toEqual([]);
  });

  it('[DV2] are one for a connection', async () => {
    await using server = await TestServer.start();
    const alice = await server.socket('alice');
    const { publicKey, keyId } = await deviceKey();
    await register(alice, { publicKey });
    expect(await codeOf(ask(alice, 'devices:register', { publicKey: devicePublicKey() }))).toBe('invalid_payload');
    expect(keysIn(await answered(alice, 'devices:list', {}))).toEqual([keyId]);
  });

  it('[DV5] are shown to mutual contacts without when they were seen, and to nobody else, whoever there is', async () => {
    await using server = await TestServer.start(MUTUAL);
    const [alice, bob, carol] = [
      await server.socket('alice'),
      await server.socket('bob'),
      await server.socket('carol'),
    ];
    const { publicKey, keyId } = await deviceKey();
    await register(alice, { publicKey, name: 'Laptop' });
    await befriend(alice, bob, ['alice', 'bob']);
    const seen = await answered(bob, 'devices:list', { wallet: 'alice' });
    const device = { keyId, publicKey, name: 'Laptop', since: expect.any(Number) };
    expect(seen).toEqual({ ok: true, wallet: 'alice', devices: [device] });
    await ask(carol, 'contacts:change', { action: 'ask', wallet: 'alice' });
    const refusals = [];
    for (const wallet of ['alice', 'bob', 'nobody']) {
      const { message, ...refusal } = (await ask(carol, 'devices:list', { wallet })) as { ok: false; message: string };
      refusals.push([refusal, message.replace(wallet, 'X')]);
    }
    const refusal = [{ ok: false, error: 'forbidden' }, 'X is not a mutual contact'];
    expect(refusals).toEqual([refusal, refusal, refusal]);
  });

  it('[DV6] tell the wallet and its online contacts of new devices and new proofs, and names the wallet alone', async () => {
    await using server = await TestServer.start(MUTUAL);
    const { account, wallet } = ethereumAccount();
    const [a1, a2] = [await server.socket(wallet, 'a1'), await server.socket(wallet, 'a2')];
    const [bob, carol] = [await server.socket('bob'), await server.socket('carol')];
    await befriend(a1, bob, [wallet, 'bob']);
    const own = [a1, a2].map((socket) => [socket, record<Told>(socket, 'devices:update')] as const);
    const others = [bob, carol].map((socket) => [socket, record<Told>(socket, 'devices:update')] as const);
    const { publicKey, keyId } = await deviceKey();

    await register(a1, { publicKey });
    expect(await lastUpdates(wallet, ...own, ...others)).toEqual([[keyId], [keyId], [keyId], 'none']);

    await answered(a2, 'devices:rename', { keyId, name: 'Laptop' });
    expect(await lastUpdates(wallet, ...own, ...others)).toEqual([[keyId], [keyId], 'none', 'none']);

    const told = heard(bob, 'devices:update');
    const proof = await deviceProof(account, publicKey);
    await register(a1, { publicKey, proof });
    const device = { keyId, publicKey, name: 'Laptop', since: expect.any(Number), proof };
    expect(await told).toEqual({ wallet, devices: [device] });
    expect(await lastUpdates(wallet, ...own)).toEqual([[keyId], [keyId]]);
  });

  it('[DV6] tell contacts at most once a second, and then what holds', async () => {
    await using server = await TestServer.start();
    const [alice, bob] = [await server.socket('alice'), await server.socket('bob')];
    const times: number[] = [];
    bob.on('devices:update', () => times.push(performance.now()));
    const keys = [];
    const { headers } = await cookieSignIn(server, 'alice');
    for (let index = 0; index < 5; index++) {
      const { publicKey, keyId } = await deviceKey();
      keys.push(keyId);
      await postJson(server, PATHS.devices, { publicKey }, headers);
    }
    const last = await heard(bob, 'devices:update', ({ devices }) => devices.length === 5);
    expect(keysIn(last as Told).sort()).toEqual(keys.sort());
    expect(times).toHaveLength(2);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(LIMITS.devicesEveryMs * 0.9);
    expect(keysIn(await answered(alice, 'devices:list', {}))).toHaveLength(5);
  });
});

describe('a device that is revoked, on the real server', () => {
  it('[DV7] loses its connections and no other, and is gone for everybody', async () => {
    await using server = await TestServer.start(MUTUAL);
    const [lost, mine] = [await deviceKey(), await deviceKey()];
    const tabs = [await server.socket('alice', 'a1'), await server.socket('alice', 'a2')];
    const [a3, a4, bob] = [
      await server.socket('alice', 'a3'),
      await server.socket('alice', 'a4'),
      await server.socket('bob'),
    ];
    await befriend(a3, bob, ['alice', 'bob']);
    for (const tab of tabs) await register(tab, { publicKey: lost.publicKey });
    await register(a3, { publicKey: mine.publicKey });
    const told = heard(bob, 'devices:update', ({ devices }) => devices.length === 1);
    const ends = Promise.all(tabs.map(end));
    expect(keysIn(await answered(a3, 'devices:revoke', { keyId: lost.keyId }))).toEqual([mine.keyId]);
    expect(await ends).toEqual(['device_revoked', 'device_revoked']);
    expect(keysIn((await told) as Told)).toEqual([mine.keyId]);
    expect(keysIn(await answered(bob, 'devices:list', { wallet: 'alice' }))).toEqual([mine.keyId]);
    await settled(a4);
    expect([a3.connected, a4.connected]).toEqual([true, true]);
    expect((await answered(a3, 'devices:revoke', { keyId: lost.keyId })).ok).toBe(true);
  });

  it('[DV7] is refused from then on, also after a restart, and by its wallet alone', async () => {
    await using server = await TestServer.start();
    const { publicKey, keyId } = await deviceKey();
    const alice = await server.socket('alice', 'a1');
    await register(alice, { publicKey });
    const ended = end(alice);
    await ask(await server.socket('alice', 'a2'), 'devices:revoke', { keyId });
    await ended;
    await using again = await TestServer.start({ DATA_DIR: server.folder });
    for (const each of [server, again]) {
      const socket = await each.socket('alice', 'a3');
      expect(await codeOf(ask(socket, 'devices:register', { publicKey }))).toBe('device_revoked');
      const { headers } = await cookieSignIn(each, 'alice');
      expect((await postJson(each, PATHS.devices, { publicKey }, headers)).status).toBe(403);
      expect((await register(await each.socket('bob'), { publicKey })).ok).toBe(true);
    }
  });

  it('[DV7] may be the one that asks, and hears the answer first', async () => {
    await using server = await TestServer.start();
    const { publicKey, keyId } = await deviceKey();
    const alice = await server.socket('alice');
    await register(alice, { publicKey });
    const ended = end(alice);
    expect(await answered(alice, 'devices:revoke', { keyId })).toEqual({ ok: true, wallet: 'alice', devices: [] });
    expect(await ended).toBe('device_revoked');
  });

  it('[DV9] is one of the own wallet, as is one that is named', async () => {
    await using server = await TestServer.start();
    const { publicKey, keyId } = await deviceKey();
    const [alice, bob] = [await server.socket('alice'), await server.socket('bob')];
    await register(alice, { publicKey });
    for (const key of [keyId, 'k1']) {
      expect(await codeOf(ask(bob, 'devices:revoke', { keyId: key }))).toBe('device_unknown');
      expect(await codeOf(ask(bob, 'devices:rename', { keyId: key, name: 'Mine' }))).toBe('device_unknown');
    }
    expect((await answered(alice, 'devices:list', {})).devices).toMatchObject([{ keyId, name: '' }]);
  });
});

describe('the proof of a device, on the real server', () => {
  it('[DV3] [DV4] is kept with the device, and told to contacts', async () => {
    await using server = await TestServer.start();
    const { account, wallet } = ethereumAccount();
    const { publicKey, keyId } = await deviceKey();
    const proof = await deviceProof(account, publicKey);
    const alice = await server.socket(wallet);
    await register(alice, { publicKey, proof });
    await register(alice, { publicKey, name: 'Laptop' });
    await register(alice, { publicKey, name: 'Firefox on Linux' });
    const bob = await server.socket('bob');
    const seen = await answered(bob, 'devices:list', { wallet });
    expect(seen.devices).toEqual([{ keyId, publicKey, name: 'Laptop', since: expect.any(Number), proof }]);
  });

  it('[DV4] is refused for another address, another key, another domain, and a signature that was replaced', async () => {
    await using server = await TestServer.start();
    const [alice, mallory] = [ethereumAccount(), ethereumAccount()];
    const { publicKey } = await deviceKey();
    const other = devicePublicKey();
    const socket = await server.socket(alice.wallet);
    const right = await deviceProof(alice.account, publicKey);
    const replaced = await mallory.account.signMessage({ message: right.message });
    const evil = { domain: 'evil.example.com', uri: 'https://evil.example.com/' };
    for (const proof of [
      await deviceProof(mallory.account, publicKey),
      await deviceProof(mallory.account, publicKey, { address: alice.account.address }),
      await deviceProof(alice.account, other),
      await deviceProof(alice.account, publicKey, evil),
      { ...right, signature: replaced },
    ]) {
      expect(await codeOf(ask(socket, 'devices:register', { publicKey, proof }))).toBe('signature_invalid');
    }
    const words = { message: 'hello', signature: right.signature };
    expect(await codeOf(ask(socket, 'devices:register', { publicKey, proof: words }))).toBe('invalid_payload');
    expect((await answered(socket, 'devices:list', {})).devices).toEqual([]);
    expect((await register(socket, { publicKey, proof: right })).ok).toBe(true);
  });
});

describe('devices over HTTP of the real server', () => {
  it('[DV10] do the same as over the socket, kept by no cache', async () => {
    await using server = await TestServer.start(MUTUAL);
    const { headers } = await cookieSignIn(server, 'alice');
    const { publicKey, keyId } = await deviceKey();
    const alice = await server.socket('alice');
    const updates = record<Told>(alice, 'devices:update');
    const listed = async (query = '') => {
      const response = await server.fetch(`${PATHS.devices}${query}`, { headers });
      expect(response.headers.get('cache-control')).toBe('no-store');
      return [response.status, await response.json()];
    };
    const list = (name: string) => {
      const device = { keyId, publicKey, name, since: expect.any(Number), seen: expect.any(Number) };
      return { wallet: 'alice', devices: [device] };
    };
    const change = async (path: string, body: object) => {
      const response = await postJson(server, path, body, headers);
      expect(response.headers.get('cache-control')).toBe('no-store');
      return response.json();
    };
    expect(await change(PATHS.devices, { publicKey })).toEqual(list(''));
    expect(await change(PATHS.devicesRename, { keyId, name: 'Laptop' })).toEqual(list('Laptop'));
    expect(await listed()).toEqual([200, list('Laptop')]);
    expect(await listed('?wallet=alice')).toEqual([200, list('Laptop')]);
    expect(await listed('?wallet=bob')).toEqual([403, expect.objectContaining({ error: 'forbidden' })]);
    expect(await listed('?wallet=a:b')).toEqual([400, expect.objectContaining({ error: 'invalid_payload' })]);
    const ended = end(alice);
    await register(alice, { publicKey });
    expect(await change(PATHS.devicesRevoke, { keyId })).toEqual({ wallet: 'alice', devices: [] });
    expect(await ended).toBe('device_revoked');
    expect(updates.map((update) => update.devices.map(({ name }) => name))).toEqual([[''], ['Laptop'], []]);
  });

  it.each([
    [PATHS.devices, { publicKey: 'x' }, 'invalid_payload'],
    [PATHS.devices, { publicKey: devicePublicKey(), name: ' ' }, 'invalid_payload'],
    [PATHS.devices, { publicKey: devicePublicKey(), name: 'two\nlines' }, 'invalid_payload'],
    [
      PATHS.devices,
      { publicKey: devicePublicKey(), name: 'x'.repeat(LIMITS.deviceNameMaxLength + 1) },
      'invalid_payload',
    ],
    [PATHS.devices, { publicKey: devicePublicKey(), proof: { message: 'x', signature: '0x' } }, 'invalid_payload'],
    [PATHS.devicesRename, { keyId: 'k1' }, 'invalid_payload'],
    [PATHS.devicesRename, { keyId: 'k1', name: 'x' }, 'device_unknown'],
    [PATHS.devicesRevoke, { keyId: 'a b' }, 'invalid_payload'],
    [PATHS.devicesRevoke, { keyId: 'k1' }, 'device_unknown'],
  ])('refuse %s with %j', async (path, body, code) => {
    await using server = await TestServer.start();
    const { headers } = await cookieSignIn(server, 'alice');
    const response = await postJson(server, path, body, headers);
    expect(await response.json()).toMatchObject({ error: code });
    expect((await postJson(server, path, body)).status).toBe(401);
  });

  it('[DV8] are 32 at most', async () => {
    await using server = await TestServer.start();
    const { headers } = await cookieSignIn(server, 'alice');
    const add = async () => postJson(server, PATHS.devices, { publicKey: devicePublicKey() }, headers);
    for (let index = 0; index < LIMITS.devicesMax; index++) expect((await add()).status).toBe(200);
    const refused = await add();
    expect([refused.status, await refused.json()]).toEqual([409, expect.objectContaining({ error: 'devices_full' })]);
    const alice = await server.socket('alice');
    const [keyId] = keysIn(await answered(alice, 'devices:list', {}));
    await ask(alice, 'devices:revoke', { keyId });
    expect((await add()).status).toBe(200);
  });

  it('[DV10] share their rate with the events', async () => {
    await using server = await TestServer.start();
    const { headers } = await cookieSignIn(server, 'alice');
    const [a1, a2, bob] = [
      await server.socket('alice', 'a1'),
      await server.socket('alice', 'a2'),
      await server.socket('bob'),
    ];
    const list = () => server.fetch(PATHS.devices, { headers });
    for (let index = 0; index < RATE_LIMITS.devices.points; index++) {
      if (index % 3 === 0) expect((await list()).status).toBe(200);
      else expect(await codeOf(ask(index % 3 === 1 ? a1 : a2, 'devices:list', {}))).toBe('ok');
    }
    const refused = await list();
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect([refused.status, await codeOf(ask(a1, 'devices:list', {}))]).toEqual([429, 'rate_limited']);
    expect(await codeOf(ask(bob, 'devices:list', {}))).toBe('ok');
  });
});
