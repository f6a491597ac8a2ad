import { type Collection, MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type MongoServer, mongoObstacle, startMongo } from '../testing/mongo-server.ts';
import { contactsContract } from './contacts-contract.ts';
import { devicesContract } from './devices-contract.ts';
import { flagsContract } from './flags-contract.ts';
import { mailboxContract } from './mailbox-contract.ts';
import { type MailboxStore, type NewMail, WALLET_ITSELF } from './mailbox-port.ts';
import { openMongoStore } from './mongo.ts';
import { MongoConnection } from './mongo-connection.ts';
import { changeEach, dueHeads, emptied, type MailDocument } from './mongo-mails.ts';
import type { Store } from './port.ts';
import { secretsContract } from './secrets-contract.ts';
import { sessionsContract } from './sessions-contract.ts';

const QUOTA = { messages: 1_000_000, bytes: 2 ** 40 };
const HOUR_MS = 3_600_000;
/** What is promised of an outage: an answer within about three seconds, also on a busy machine. */
const ANSWERED_WITHIN_MS = 4_500;

const mail = (id: string, more: Partial<NewMail> = {}): NewMail => ({
  from: 'alice',
  to: 'bob',
  id,
  body: new Uint8Array(100).fill(7),
  forced: false,
  atMs: Date.now(),
  expiresAtMs: Date.now() + 24 * HOUR_MS,
  readers: [WALLET_ITSELF],
  copyReaders: [],
  ...more,
});

const waiting = async (store: MailboxStore, owner: string, reader = WALLET_ITSELF, after = 0) => {
  const range = { after, maxMessages: 1_000_000, maxBytes: 2 ** 40, nowMs: 0 };
  return (await store.pull(owner, reader, range)).messages;
};

const obstacle = mongoObstacle();
const suite = describe.skipIf(obstacle !== undefined);

suite(`the store on MongoDB (real server)${obstacle ? `: ${obstacle}` : ''}`, () => {
  let server: MongoServer;
  let url = '';
  let tests = 0;
  const opened: Store[] = [];

  beforeAll(async () => {
    server = await startMongo();
  }, 60_000);
  afterAll(() => server.stop());
  beforeEach(() => {
    url = server.urlFor(`test${++tests}`);
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });

  const open = () => openMongoStore(url);
  /** A store that is closed at the end of the test. */
  const node = async (faults: unknown[] = []) => {
    const store = await openMongoStore(url, { fault: (error) => faults.push(error) });
    opened.push(store);
    return store;
  };
  /** The documents of the messages, past the store. */
  const inDocuments = async <T>(look: (mails: Collection<MailDocument>) => Promise<T>): Promise<T> => {
    const client = new MongoClient(url);
    const result = await look(client.db().collection<MailDocument>('mails'));
    await client.close();
    return result;
  };

  describe('flags', () => flagsContract(open));
  describe('secrets', () => secretsContract(open));
  describe('ended sessions', () => sessionsContract(open));
  describe('contacts', () => contactsContract(open, 7));
  describe('devices', () => devicesContract(open));
  describe('mailbox', () =>
    mailboxContract(async () => {
      const store = await open();
      // Closing it closes the connection too.
      return new Proxy(store.mailbox, {
        get: (mailbox, name: keyof MailboxStore) => {
          const member: unknown = name === 'close' ? () => store.close() : mailbox[name];
          return typeof member === 'function' ? member.bind(mailbox) : member;
        },
      });
    }));

  it('[S1.4] takes flags as an operator writes them by hand, and leaves out what is none', async () => {
    const store = await node();
    const client = new MongoClient(url);
    await client
      .db()
      .collection('flags')
      .insertMany([{ key: 'rtc.ice', enabled: false }, { key: 'rtc.report' }]);
    await client
      .db()
      .collection('flags')
      .insertOne({ key: 'rtc.signal', enabled: true, wallets: { alice: false } });
    await client.close();
    expect(await store.flags()).toEqual([
      { key: 'rtc.ice', enabled: false, percent: 100, wallets: {} },
      { key: 'rtc.signal', enabled: true, percent: 100, wallets: { alice: false } },
    ]);
  });

  it('refuses a database of a newer version, says what to do, and works beside the next release', async () => {
    await (await open()).close();
    const client = new MongoClient(url);
    const meta = client.db().collection<{ _id: string; version: number; oldest: number }>('meta');
    await meta.updateOne({ _id: 'schema' }, { $set: { version: 2, oldest: 1 } });
    await (await open()).close();
    await meta.updateOne({ _id: 'schema' }, { $set: { version: 3, oldest: 2 } });
    await client.close();
    await expect(open()).rejects.toThrow(/newer anypath \(schema 3, .*Start that version, or choose another STORE_URL/);
  });

  it('refuses a URL that cannot be used, without its password', async () => {
    const refused = openMongoStore('mongodb://anypath:geheimnis@db1:port/anypath');
    await expect(refused).rejects.toThrow(/STORE_URL cannot be used/);
    await refused.catch((error: Error) => expect(`${error.message} ${error.stack}`).not.toContain('geheimnis'));
  });

  it('has every write kept by the majority, whatever the URL says', async () => {
    const words = 'w=1&journal=false&readConcernLevel=local&readPreference=secondary';
    const connection = await MongoConnection.open(`${url}?${words}`, 2_500, () => undefined);
    const { writeConcern, readConcern, readPreference } = connection.db.collection('mails');
    expect(writeConcern).toMatchObject({ w: 'majority', j: true });
    expect([readConcern?.level, readPreference?.mode]).toEqual(['majority', 'primary']);
    await connection.close();
  });

  it('gives every position once and in order while two nodes write to one mailbox, and a third never misses one', async () => {
    const [one, two, third] = [await node(), await node(), await node()];
    const each = 80;
    const senders: readonly (readonly [Store, string])[] = [
      [one, 'alice'],
      [one, 'carol'],
      [two, 'dave'],
      [two, 'erin'],
    ];
    const positions = new Map<string, number>();
    const send = async ([store, from]: readonly [Store, string]) => {
      for (let index = 0; index < each; index += 4) {
        // Some wait for one another, some do not.
        const names = [0, 1, 2, 3].map((more) => `${from}-${String(index + more).padStart(3, '0')}`);
        const stored = await Promise.all(names.map((id) => store.mailbox.enqueue(mail(id, { from }), QUOTA)));
        for (const [at, id] of names.entries()) positions.set(id, stored[at]?.added?.position ?? 0);
      }
    };
    const sent = Promise.all(senders.map(send));
    const seen: { id: string; from: string; position: number }[] = [];
    while (seen.length < senders.length * each) {
      const behind = seen.at(-1)?.position ?? 0;
      const found = await waiting(third.mailbox, 'bob', WALLET_ITSELF, behind);
      if (found.length === 0 && positions.size === senders.length * each) break;
      seen.push(...found);
    }
    await sent;
    const order = seen.map(({ position }) => position);
    expect(order).toEqual(Array.from({ length: senders.length * each }, (_, index) => index + 1));
    expect(new Map(seen.map(({ id, position }) => [id, position]))).toEqual(positions);
    for (const [, from] of senders) {
      const own = seen.filter((found) => found.from === from).map(({ id }) => id);
      expect(own).toEqual([...own].sort());
    }
  });

  it('stores a message once that two nodes are given at the same time, and makes up for a copy that is missing', async () => {
    const [one, two] = [await node(), await node()];
    const twice = mail('m1', { copyReaders: ['a2'] });
    const answers = await Promise.all([one, two].map((store) => store.mailbox.enqueue(twice, QUOTA)));
    expect(answers.filter(({ added }) => added !== undefined)).toHaveLength(1);
    expect(await waiting(one.mailbox, 'bob')).toHaveLength(1);
    expect(await waiting(one.mailbox, 'alice', 'a2')).toHaveLength(1);
    await inDocuments((mails) => mails.deleteMany({ owner: 'alice' }));
    expect((await two.mailbox.enqueue(twice, QUOTA)).added).toBeUndefined();
    expect(await waiting(one.mailbox, 'alice', 'a2')).toHaveLength(1);
  });

  it('counts a message whose time is over on one node alone, though every node looks for them', async () => {
    const store = await node();
    const overMs = Date.now() - 1;
    for (let index = 0; index < 20; index++)
      await store.mailbox.enqueue(mail(`m${index}`, { expiresAtMs: overMs }), QUOTA);
    await inDocuments(async (mails) => {
      // Two nodes have found the same ones, before either has emptied them.
      const names = (await dueHeads(mails, Date.now(), 100)).map(({ _id }) => _id);
      const empty = () => changeEach(mails, names, emptied(Date.now()), { 'waiting.dueMs': { $lte: Date.now() } });
      expect([names.length, await empty(), await empty()]).toEqual([20, 20, 0]);
    });
    expect(await store.mailbox.expire(Date.now(), 100)).toBe(0);
  });

  it('counts what other nodes did a second later, where a mailbox has little room', async () => {
    const [one, two] = [await node(), await node()];
    const four = { messages: 4, bytes: 10_000 };
    await one.mailbox.enqueue(mail('m1'), four);
    await two.mailbox.enqueue(mail('m2'), four);
    await one.mailbox.enqueue(mail('m3'), four);
    await two.mailbox.enqueue(mail('m4'), four);
    const refused = (store: Store) =>
      store.mailbox.enqueue(mail('m5'), { messages: 4, bytes: 10_000 }).then(
        () => 'stored',
        ({ code }: { code: string }) => code,
      );
    await expect.poll(() => one.mailbox.accepted('alice', 'bob', 'm4')).toBeDefined();
    expect(await two.mailbox.use('bob')).toMatchObject({ messages: 4 });
    const third = await node();
    expect(await refused(third)).toBe('mailbox_full');
    await one.mailbox.acknowledge('bob', WALLET_ITSELF, [1]);
    await expect.poll(() => refused(third), { timeout: 5_000, interval: 200 }).toBe('stored');
  });

  it('removes what is left of messages after hours, all but the newest, and goes on behind it', async () => {
    const [one, two] = [await node(), await node()];
    for (const id of ['m1', 'm2', 'm3']) await one.mailbox.enqueue(mail(id), QUOTA);
    await one.mailbox.enqueue(mail('other', { to: 'carol' }), QUOTA);
    await one.mailbox.acknowledge('bob', WALLET_ITSELF, [1, 2, 3]);
    const left = () => inDocuments((mails) => mails.find({ owner: 'bob' }, { sort: { _id: 1 } }).toArray());
    expect(await left()).toHaveLength(3);
    expect((await left()).some(({ body, waiting: still }) => body !== undefined || still !== undefined)).toBe(false);
    await one.mailbox.expire(Date.now() + 3 * HOUR_MS, 100);
    expect(await left()).toEqual([{ _id: expect.any(String), owner: 'bob', position: 3, readers: [], isAnchor: true }]);
    expect((await two.mailbox.enqueue(mail('m4'), QUOTA)).added?.position).toBe(4);
    expect((await one.mailbox.enqueue(mail('m1'), QUOTA)).added?.position, 'it is forgotten by then').toBe(5);
    await two.mailbox.acknowledge('bob', WALLET_ITSELF, [4, 5]);
    await two.mailbox.expire(Date.now() + 3 * HOUR_MS, 100);
    expect((await left()).map(({ position }) => position)).toEqual([5]);
    expect(await waiting(one.mailbox, 'carol')).toHaveLength(1);
  });

  it('changes a pair and the devices of a wallet as often as it is asked to, also all at once', async () => {
    const store = await node();
    const times = Array.from({ length: 20 }, (_, index) => index);
    const device = (index: number) => {
      return { keyId: `k${index}`, publicKey: 'p', name: '', sinceMs: index, seenMs: index };
    };
    await Promise.all(
      times.map((index) =>
        store.changeDevices('alice', `k${index}`, ({ devices, revokedMs }) => {
          return { devices: [...devices, device(index)], revokedMs };
        }),
      ),
    );
    expect(await store.devicesOf('alice')).toEqual(times.map(device));
    await Promise.all(
      times.map((index) =>
        store.changeContact('alice', 'bob', (pair) => ({
          a: { state: 'asked', sinceMs: (pair.a.state === 'none' ? 0 : pair.a.sinceMs) + index },
          b: pair.b,
        })),
      ),
    );
    expect((await store.contactPair('bob', 'alice')).a).toEqual({ state: 'asked', sinceMs: 190 });
  });

  it('loses nothing that it has answered when the server is killed, says that it is away, and is back within seconds', async (context) => {
    if (!server.canBreak) return context.skip('the server of MONGO_URL is not ours to break');
    const faults: unknown[] = [];
    const [one, two] = [await node(faults), await node(faults)];
    const acked: string[] = [];
    const refusals: { code: string; afterMs: number }[] = [];
    let isOver = false;
    const send = async (store: Store, from: string) => {
      for (let index = 0; !isOver; index++) {
        const id = `${from}-${index}`;
        const startMs = performance.now();
        await store.mailbox.enqueue(mail(id, { from }), QUOTA).then(
          () => acked.push(id),
          ({ code }: { code: string }) => refusals.push({ code, afterMs: performance.now() - startMs }),
        );
      }
    };
    const sending = Promise.all([send(one, 'alice'), send(two, 'carol')]);
    await expect.poll(() => acked.length, { timeout: 10_000 }).toBeGreaterThan(30);
    await server.kill();
    await expect.poll(() => refusals.length, { timeout: 10_000 }).toBeGreaterThan(1);
    const asked = [one.flags(), one.contactPair('alice', 'bob'), one.deviceKeysOf('alice'), one.mailbox.use('bob')];
    for (const answer of await Promise.allSettled(asked)) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'store_unavailable' } });
    }
    const before = acked.length;
    await server.restart();
    const backMs = performance.now();
    await expect.poll(() => acked.length, { timeout: 10_000 }).toBeGreaterThan(before + 10);
    expect(performance.now() - backMs).toBeLessThan(5_000);
    isOver = true;
    await sending;
    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['store_unavailable']));
    expect(Math.max(...refusals.map(({ afterMs }) => afterMs))).toBeLessThan(ANSWERED_WITHIN_MS);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.length).toBeLessThan(10);
    const found = (await waiting((await node()).mailbox, 'bob')).map(({ id }) => id);
    expect(new Set(found).size).toBe(found.length);
    expect(acked.filter((id) => !found.includes(id))).toEqual([]);
  });

  it('answers in time while the server is frozen, and takes a message once whose write comes late', async (context) => {
    if (!server.canBreak) return context.skip('the server of MONGO_URL is not ours to break');
    const store = await node();
    await store.mailbox.enqueue(mail('m1'), QUOTA);
    server.freeze();
    const startMs = performance.now();
    const late = store.mailbox.enqueue(mail('late', { copyReaders: ['a2'] }), QUOTA);
    await expect(late).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(performance.now() - startMs).toBeLessThan(ANSWERED_WITHIN_MS);
    server.thaw();
    const again = () =>
      store.mailbox.enqueue(mail('late', { copyReaders: ['a2'] }), QUOTA).then(
        () => 'answered',
        () => 'refused',
      );
    await expect.poll(again, { timeout: 10_000 }).toBe('answered');
    await store.mailbox.enqueue(mail('m2'), QUOTA);
    expect((await waiting(store.mailbox, 'bob')).map(({ id }) => id)).toEqual(['m1', 'late', 'm2']);
    expect((await waiting(store.mailbox, 'alice', 'a2')).map(({ id }) => id)).toEqual(['late']);
  });
});
