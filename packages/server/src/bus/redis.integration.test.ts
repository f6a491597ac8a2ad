import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { createClient } from '@redis/client';
import { pino } from 'pino';
import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasRedis, startRedis, type TestRedis } from '../testing/redis-server.ts';
import { busContract } from './bus-contract.ts';
import type { DeviceRef, Notice, Obstacle, Parcel } from './port.ts';
import { openRedisBus, type RedisBus, type RedisBusOptions } from './redis.ts';

const ALICE: DeviceRef = { wallet: 'alice', deviceId: 'a1' };
const BOB: DeviceRef = { wallet: 'bob', deviceId: 'b1' };
const LIMIT = { name: 'ice', points: 3, windowMs: 60_000 };

/** As in service, and quicker; still slow enough for a machine that has more to do. */
const TIMING = { beatMs: 200, deafMs: 1_000, silentMs: 1_600, settleMs: 500, askEveryMs: 200 };

const FRAME_BYTES = 100;

const frame = (index: number): Parcel => ({
  kind: 'frame',
  frame: { to: 'bob', toDevice: 'b1', frame: new Uint8Array(FRAME_BYTES).fill(index % 256) },
  from: ALICE,
});

/** What a node heard. */
interface Heard {
  readonly events: string[];
  readonly frames: number[];
  readonly notices: Notice[];
  readonly lines: { msg: string; reason?: string; [field: string]: unknown }[];
}

describe('a bus on Redis (real Redis)', () => {
  let redis: TestRedis;
  let database = 0;
  const opened: RedisBus[] = [];

  beforeAll(async () => {
    if (hasRedis()) redis = await startRedis();
  });
  beforeEach((context) => {
    if (!hasRedis()) context.skip('Redis is not installed (apt-get install redis-server)');
  });
  afterAll(() => redis?.stop());
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((bus) => bus.close()));
    database++;
  });

  /** A node on the database of this test. */
  async function node(name: string, options: Partial<RedisBusOptions> = {}): Promise<[RedisBus, Heard]> {
    const heard: Heard = { events: [], frames: [], notices: [], lines: [] };
    const write = (line: Buffer, _encoding: unknown, done: () => void) => {
      heard.lines.push(JSON.parse(String(line)));
      done();
    };
    const log = pino({ level: 'debug' }, new Writable({ write }));
    const bus = await openRedisBus({ url: `${redis.url}/${database}`, node: name, log, timing: TIMING, ...options });
    opened.push(bus);
    bus.listen({
      came: ({ deviceId }) => heard.events.push(`came ${deviceId}`),
      went: ({ deviceId }, goodbye) => heard.events.push(`went ${deviceId} ${goodbye}`),
      replaced: ({ deviceId }, connection) => heard.events.push(`replaced ${deviceId} ${connection}`),
      received: (_to, parcel): Obstacle => {
        if (parcel.kind !== 'frame') return undefined;
        const [index = -1] = parcel.frame.frame;
        heard.frames.push(index);
        return index === 255 ? 'busy' : undefined;
      },
      noticed: (_wallet, notice) => heard.notices.push(notice),
      restored: () => heard.events.push('restored'),
    });
    return [bus, heard];
  }

  describe('of one node', () => {
    busContract(async () => (await node('alone'))[0]);
  });

  it('shows every node the devices of all, and tells as they come and go', async () => {
    const [one, heardOne] = await node('one');
    one.join(ALICE, 'c1', true);
    const [two, heardTwo] = await node('two');
    expect(two.devicesOf('alice')).toEqual(['a1']);
    expect(two.nodes.length).toBe(1);
    await vi.waitUntil(() => one.nodes.length === 1);
    two.join(BOB, 'c2', true);
    await vi.waitUntil(() => one.rtcDevicesOf('bob').length === 1);
    two.join(ALICE, 'c3', false);
    await vi.waitUntil(() => heardOne.events.includes('replaced a1 c1'));
    expect(one.leave(ALICE, 'c1', false)).toBe(false);
    expect([one.devicesOf('alice'), one.rtcDevicesOf('alice')]).toEqual([['a1'], []]);
    two.leave(ALICE, 'c3', true);
    two.leave(BOB, 'c2', false);
    await vi.waitUntil(() => one.devicesOf('bob').length === 0);
    expect(heardOne.events).toEqual(['came b1', 'replaced a1 c1', 'came a1', 'went a1 true', 'went b1 false']);
    expect([one.isAway('bob', 'b1'), one.isAway('alice')]).toEqual([true, false]);
    expect(heardTwo.events).toEqual([]);
    const [three] = await node('three');
    three.join(BOB, 'c4', true);
    await vi.waitUntil(() => one.devicesOf('bob').length === 1 && two.devicesOf('bob').length === 1);
    await three.close();
    await vi.waitUntil(() => one.devicesOf('bob').length === 0 && two.devicesOf('bob').length === 0);
    expect([one.isAway('bob'), two.isAway('bob')]).toEqual([true, true]);
  });

  it('brings parcels to the one node that has the device, in order, and notices to those that have the wallet', async () => {
    const [one] = await node('one');
    const [two, heardTwo] = await node('two');
    const [three, heardThree] = await node('three');
    two.join(BOB, 'c1', true);
    three.join({ wallet: 'bob', deviceId: 'b2' }, 'c2', true);
    await vi.waitUntil(() => one.devicesOf('bob').length === 2);
    const obstacles = await Promise.all(Array.from({ length: 1_000 }, (_, index) => one.send(BOB, frame(index % 250))));
    expect(new Set(obstacles)).toEqual(new Set([undefined]));
    expect(heardTwo.frames).toEqual(Array.from({ length: 1_000 }, (_, index) => index % 250));
    expect(await one.send(BOB, frame(255))).toBe('busy');
    expect(heardThree.frames).toEqual([]);
    const notice: Notice = { kind: 'acknowledged', keyId: undefined, positions: [1, 2] };
    one.notify('bob', notice);
    await vi.waitUntil(() => heardTwo.notices.length === 1 && heardThree.notices.length === 1);
    expect(heardTwo.notices).toEqual([notice]);
    two.leave(BOB, 'c1', true);
    // Asked before it is known: the node itself says so.
    expect(await one.send(BOB, frame(1))).toBe('offline');
  });

  it('has the others look again for mail that it could not tell them of', async () => {
    const [one] = await node('one');
    const [two, heardTwo] = await node('two');
    two.join(BOB, 'c1', true);
    await vi.waitUntil(() => one.devicesOf('bob').length === 1);
    redis.freeze();
    await vi.waitUntil(() => one.isCut, { timeout: 10_000 });
    const mail = {
      position: 1,
      id: 'm',
      from: 'alice',
      to: 'bob',
      at: 1,
      forced: true,
      expiresAt: 2,
      body: new Uint8Array(1),
    };
    one.notify('bob', { kind: 'arrival', keyIds: [undefined], mail });
    redis.thaw();
    await vi.waitUntil(() => heardTwo.notices.some(({ kind }) => kind === 'missed'), { timeout: 10_000 });
    expect(heardTwo.notices.map(({ kind }) => kind)).not.toContain('arrival');
  });

  it('counts, keeps and remembers for all nodes together', async () => {
    const [one] = await node('one');
    const [two] = await node('two');
    const taken = [await one.take(LIMIT, 'k'), await two.take(LIMIT, 'k'), await one.take(LIMIT, 'k')];
    expect(taken.map(({ ok, remaining }) => [ok, remaining])).toEqual([
      [true, 2],
      [true, 1],
      [true, 0],
    ]);
    expect(await two.take(LIMIT, 'k')).toMatchObject({ ok: false, remaining: 0 });
    const short = { name: 'short', points: 1, windowMs: 50 };
    await one.take(short, 'k');
    await vi.waitUntil(async () => (await two.take(short, 'k')).ok);
    await one.keepNonce('n1');
    const uses = await Promise.all([one.takeNonce('n1'), two.takeNonce('n1'), two.takeNonce('n1')]);
    expect(uses.filter(Boolean).length).toBe(1);
    const holders = await Promise.all([one.notes.claim('ring', 'one', 60_000), two.notes.claim('ring', 'two', 60_000)]);
    expect(holders[0]).toBe(holders[1]);
    expect(await two.notes.get('ring')).toBe(holders[0]);
  });

  it('[SG4] answers a signal that is repeated to another node as the first one did', async () => {
    const [one] = await node('one');
    const [two] = await node('two');
    one.join(ALICE, 'c1', true);
    const make = vi.fn(() => ({ ok: true }));
    expect(await one.once(ALICE, 's1', 1, make)).toEqual({ ok: true });
    // It goes to Redis in the next turn, before whatever is asked then.
    await new Promise((resolve) => setImmediate(resolve));
    await one.keepNonce('after it');
    await vi.waitUntil(() => two.devicesOf('alice').length === 1);
    two.join(ALICE, 'c2', true);
    expect(await two.once(ALICE, 's1', 1, make)).toEqual({ ok: true });
    expect(await two.once(ALICE, 's1', 2, make)).toBe('reused');
    expect(make).toHaveBeenCalledTimes(1);
    // Who was nowhere else is not asked about.
    expect(two.once(BOB, 's1', 1, () => 'at once')).toBe('at once');
  });

  it('goes on alone while Redis is killed, and finds what it missed when it is back, empty', async () => {
    const [one, heardOne] = await node('one');
    const [two, heardTwo] = await node('two');
    one.join(ALICE, 'c1', true);
    two.join(BOB, 'c2', true);
    await vi.waitUntil(() => one.devicesOf('bob').length === 1 && two.devicesOf('alice').length === 1);
    const underWay = one.send(BOB, frame(1));
    await redis.kill();
    await vi.waitUntil(() => one.isCut && two.isCut);
    expect(['offline', undefined]).toContain(await underWay);
    expect([one.devicesOf('bob'), one.send(BOB, frame(2))]).toEqual([['b1'], 'offline']);
    expect(await one.take(LIMIT, 'k')).toMatchObject({ ok: true, remaining: 2 });
    await one.keepNonce('n1');
    await one.notes.set('ring', 'one', 60_000);
    two.leave(BOB, 'c2', true);
    two.join({ wallet: 'bob', deviceId: 'b2' }, 'c3', true);
    await redis.restart();
    await vi.waitUntil(() => heardOne.events.includes('restored') && heardTwo.events.includes('restored'), 5_000);
    expect([one.devicesOf('bob'), two.devicesOf('alice')]).toEqual([['b2'], ['a1']]);
    expect(await one.send({ wallet: 'bob', deviceId: 'b2' }, frame(3))).toBeUndefined();
    expect([await one.takeNonce('n1'), await one.takeNonce('n1'), await one.notes.get('ring')]).toEqual([
      true,
      false,
      'one',
    ]);
    const told = heardOne.lines
      .filter(({ msg }) => msg.includes('Redis'))
      .map(({ level, msg }) => [level, msg.slice(0, 8)]);
    expect(told).toEqual([
      [50, 'cut off '],
      [30, 'Redis is'],
    ]);
  });

  it('is not led astray by a Redis that stands still, and by what it lets go then', async () => {
    const [one, heardOne] = await node('one');
    const [two, heardTwo] = await node('two', { limits: { answerMs: 500 } });
    two.join(BOB, 'c1', true);
    await vi.waitUntil(() => one.devicesOf('bob').length === 1);
    expect(await one.send(BOB, frame(1))).toBeUndefined();
    redis.freeze();
    const stale = one.send(BOB, frame(2));
    await vi.waitUntil(() => one.isCut && two.isCut, 5_000);
    expect([await stale, one.devicesOf('bob')]).toEqual(['offline', ['b1']]);
    redis.thaw();
    await vi.waitUntil(() => heardOne.events.includes('restored') && heardTwo.events.includes('restored'), 5_000);
    await vi.waitUntil(async () => (await one.send(BOB, frame(3))) === undefined, 5_000);
    expect(heardTwo.frames).toEqual([1, 3]);
    expect(heardOne.events).toEqual(['came b1', 'restored']);
  });

  it('opens while Redis is away, says so without its password, and finds the others later', async () => {
    await redis.kill();
    const { port } = new URL(redis.url);
    const url = `redis://user:hunter2@127.0.0.1:${port}/${database}`;
    const [, heard] = await node('one', { url, startMs: 50 });
    const [two] = await node('two', { startMs: 50 });
    two.join(BOB, 'c1', true);
    expect(heard.lines.map(({ reason }) => reason)).toEqual([`connect ECONNREFUSED 127.0.0.1:${port}`]);
    await redis.restart();
    const [three, heardThree] = await node('three');
    await vi.waitUntil(() => three.devicesOf('bob').length === 1, 5_000);
    expect(heardThree.events.filter((event) => event !== 'came b1')).toEqual([]);
    // The first has a password, and this Redis knows none.
    await vi.waitUntil(() => two.nodes.length === 1);
    expect(JSON.stringify(heard.lines)).not.toContain('hunter2');
  });

  describe('with Socket.IO', () => {
    const servers: Server[] = [];
    const clients: Socket[] = [];
    afterEach(async () => {
      for (const client of clients.splice(0)) client.disconnect();
      await Promise.all(servers.splice(0).map((server) => server.close()));
    });

    /** A Socket.IO server on a bus, a client of it, and what the client got. */
    async function served(bus: RedisBus): Promise<[Server, unknown[], Socket]> {
      const http: HttpServer = createServer();
      const server = new Server(http, { adapter: await bus.openAdapter() });
      servers.push(server);
      await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
      const { port } = http.address() as AddressInfo;
      const client = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], reconnection: false });
      clients.push(client);
      const got: unknown[] = [];
      client.on('news', (what) => got.push(what));
      await new Promise((resolve) => client.once('connect', () => resolve(undefined)));
      return [server, got, client];
    }

    it('reaches the sockets of all nodes, those of its own at once while Redis is away, the others when it is back', async () => {
      const [one, heardOne] = await node('one');
      const [two] = await node('two');
      const [serverOne, gotOne] = await served(one);
      const [serverTwo, gotTwo, clientTwo] = await served(two);
      const emitted: unknown[] = [];
      serverTwo.on('between', (...what) => emitted.push(what));
      serverOne.emit('news', 1);
      await vi.waitUntil(() => gotTwo.length === 1, 5_000);
      expect(gotOne).toEqual([1]);
      // Its clock goes back when it is started again.
      const clock = createClient({ url: `${redis.url}/${database}` });
      await clock.on('error', () => undefined).connect();
      await clock.xAdd(`anypath:${database}:socket.io`, '99999999999999-0', { of: 'a server of the future' });
      serverOne.emit('news', 'later');
      await vi.waitUntil(() => gotTwo.length === 2, 5_000);
      clock.destroy();
      for (const got of [gotOne, gotTwo]) got.pop();
      await redis.kill();
      await vi.waitUntil(() => one.isCut && two.isCut);
      serverOne.emit('news', 2);
      serverOne.serverSideEmit('between', { nodes: 2 }, Uint8Array.of(1));
      await vi.waitUntil(() => gotOne.length === 2);
      expect(gotTwo).toEqual([1]);
      await redis.restart();
      await vi.waitUntil(() => heardOne.events.includes('restored'), 5_000);
      await vi.waitUntil(() => gotTwo.length === 2, 5_000);
      expect(gotTwo).toEqual([1, 2]);
      await vi.waitUntil(() => emitted.length === 1);
      expect(emitted).toEqual([[{ nodes: 2 }, Buffer.of(1)]]);
      redis.freeze();
      serverOne.emit('news', 3);
      await vi.waitUntil(() => gotOne.length === 3);
      redis.thaw();
      await vi.waitUntil(() => gotTwo.includes(3), 8_000);
      serverOne.disconnectSockets(true);
      await vi.waitUntil(() => clientTwo.disconnected, 5_000);
    });
  });
});
