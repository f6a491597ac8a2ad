import { describe, expect, it } from 'vitest';
import type { Incoming } from '../link/inbox.ts';
import { type KeyValueStore, memoryStore } from '../storage.ts';
import type { Company } from './company.ts';
import { CursorMarks } from './cursor-marks.ts';
import { type DurableStore, memoryDurable } from './durable-store.ts';
import { LinkMemory } from './link-memory.ts';

const message = (seq: number, epoch = 'E1'): Incoming => ({
  header: { t: 'data', id: `m${seq}`, epoch, seq, acked: 0, at: 0, text: true },
  body: new Uint8Array([seq]),
  path: 'relay',
});
const cursor = (through: number, epoch = 'E1') => ({ epoch, through, skipped: [] });
const everyone = () => true;

/** The pages of one browser: they share what lasts. */
function browser(durable: DurableStore = memoryDurable()) {
  const marks = memoryStore();
  return (tab: string, wallet = 'alice', others?: Others) =>
    new LinkMemory(
      { durable, marks, company: () => others && company(others, marks) },
      { wallet, tab },
      () => undefined,
    );
}

interface Others {
  isAlone: boolean;
}

const company = (others: Others, marks: KeyValueStore): Company => ({
  marks: new CursorMarks(marks, 'marks'),
  get isAlone() {
    return others.isAlone;
  },
  ready: Promise.resolve(),
  close: () => undefined,
});

/** No other pages, until somebody comes. */
const nobody = (): Others => ({ isAlone: true });

/** A store that takes nothing before it is opened. */
function closedStore() {
  const inner = memoryDurable();
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const store: DurableStore = { ...inner, update: (...args) => opened.then(() => inner.update(...args)) };
  return { store, open };
}

describe('the memory of links', () => {
  it('hands a message to one page alone, whichever is first', async () => {
    const page = browser();
    const [one, other] = [page('t1'), page('t2')];
    const first = await one.commit('bob', cursor(2), [message(1), message(2)], false);
    const second = await other.commit('bob', cursor(3), [message(2), message(3)], false);
    expect([first, second].map((taken) => taken.map(({ header }) => header.seq))).toEqual([[1, 2], [3]]);
    expect(await page('t3').cursors('bob')).toEqual([cursor(3)]);
    expect(await page('t3').cursors('carol')).toEqual([]);
    expect(await page('t3', 'mallory').cursors('bob')).toEqual([]);
  });

  it('does not fall back behind what another page has', async () => {
    const page = browser();
    await page('t1').commit('bob', cursor(9), [message(9)], false);
    expect(await page('t2').commit('bob', cursor(5), [message(5)], false)).toEqual([]);
    expect(await page('t2').cursors('bob')).toEqual([cursor(9)]);
  });

  it('keeps what a page received and did not hand over, and that alone', async () => {
    const page = browser();
    const dead = page('t1');
    await dead.commit('bob', cursor(2), [message(1), message(2)], false);
    dead.handOver('bob', [message(1)]);
    await dead.settled();
    const left = await page('t2').unread(everyone);
    expect(left).toMatchObject([{ peer: 'bob', own: false, message: { header: { seq: 2 } } }]);
    expect(await page('t2').unread((tab) => tab !== 't1')).toEqual([]);
  });

  it('repeats nothing that was handed over right before the page died', async () => {
    const page = browser();
    const dead = page('t1');
    await dead.commit('bob', cursor(1), [message(1)], false);
    // The page goes before anything that lasts is written.
    dead.handOver('bob', [message(1)]);
    expect(await page('t2').unread(everyone)).toEqual([]);
  });

  it('keeps what was sent until somebody else does, in the order in which it was sent', async () => {
    const page = browser();
    const dead = page('t1');
    for (const seq of [10, 9, 2]) {
      dead.sending('bob', 'E1', { seq, id: `m${seq}`, body: new Uint8Array([seq]), text: true, at: 5 });
    }
    dead.sent('bob', 'E1', 9);
    await dead.settled();
    const left = await page('t2').leftovers(everyone);
    expect(left.map(({ peer, epoch, entry }) => [peer, epoch, entry.seq, entry.id])).toEqual([
      ['bob', 'E1', 2, 'm2'],
      ['bob', 'E1', 10, 'm10'],
    ]);
    for (const { key } of left) page('t2').forget(key);
    await Promise.resolve();
    await page('t2').settled();
    expect(await page('t3').leftovers((tab) => tab === 't2')).toEqual([]);
  });

  it('remembers the streams that began last', async () => {
    const page = browser();
    const name = (index: number) => `E${String(index).padStart(4, '0')}`;
    for (let index = 0; index < 300; index++) await page('t1').commit('bob', cursor(1, name(index)), [], false);
    const known = await page('t1').cursors('bob');
    expect([known.length, known[0]?.epoch, known.at(-1)?.epoch]).toEqual([256, name(44), name(299)]);
  });

  it('takes what another version left there for nothing', async () => {
    const durable = memoryDurable();
    await durable.update([], () => ({ writes: [['in:alice:bob:E1', { through: 'far' }]], result: undefined }));
    const marks = memoryStore();
    marks.setItem('marks', '[["in:alice:bob:E1",{"through":"far"}]]');
    const stores = { durable, marks, company: () => company(nobody(), marks) };
    const memory = new LinkMemory(stores, { wallet: 'alice', tab: 't1' }, () => undefined);
    expect(await memory.cursors('bob')).toEqual([]);
    expect(await memory.commit('bob', cursor(1), [message(1)], false)).toHaveLength(1);
  });

  it('waits for no store in a page that is alone, and has forgotten nothing where it dies', async () => {
    const { store, open } = closedStore();
    const page = browser(store);
    const dead = page('t1', 'alice', nobody());
    await dead.cursors('bob');
    expect(dead.take('bob', cursor(2), [message(1), message(2)])?.map(({ header }) => header.seq)).toEqual([1, 2]);
    expect(dead.take('bob', cursor(3), [message(2), message(3)])?.map(({ header }) => header.seq)).toEqual([3]);
    expect(await store.list('')).toEqual([]);
    const next = page('t2', 'alice', nobody());
    expect(await next.cursors('bob')).toEqual([cursor(3)]);
    expect(next.take('bob', cursor(3), [message(3)])).toEqual([]);
    open();
    await Promise.all([dead.settled(), next.settled()]);
    expect(await store.list('in')).toEqual([['in:alice:bob:E1', cursor(3)]]);
  });

  it('asks the store as soon as another page is there, which waits until this one has written', async () => {
    const durable = memoryDurable();
    const page = browser(durable);
    const others = nobody();
    const one = page('t1', 'alice', others);
    await one.cursors('bob');
    expect(one.take('bob', cursor(1), [message(1)])).toHaveLength(1);
    others.isAlone = false;
    expect(one.take('bob', cursor(2), [message(2)])).toBeUndefined();
    await one.settled();
    const other = page('t2', 'alice', { isAlone: false });
    expect(await other.commit('bob', cursor(2), [message(1), message(2)], false)).toEqual([message(2)]);
    expect(await one.commit('bob', cursor(2), [message(2)], false)).toEqual([]);
  });

  it('stores a part before it is acknowledged, in a page that is alone too, and never falls back', async () => {
    const durable = memoryDurable();
    const page = browser(durable);
    const memory = page('t1', 'alice', nobody());
    const whole = message(3);
    const part: Incoming = { ...whole, header: { ...whole.header, part: [0, 2] } };
    await memory.cursors('bob');
    expect(memory.take('bob', cursor(1), [message(1)])).toHaveLength(1);
    await memory.settled();
    expect(memory.take('bob', cursor(2), [message(2)])).toHaveLength(1);
    expect(memory.take('bob', cursor(3), [part])).toBeUndefined();
    expect(await memory.commit('bob', cursor(3), [part], false)).toEqual([part]);
    await memory.settled();
    expect(await durable.list('in')).toEqual([['in:alice:bob:E1', cursor(3)]]);
    expect(await page('t2').unread(everyone)).toMatchObject([{ message: { header: { seq: 3 } } }]);
  });

  it('takes the further one of a mark and the store', async () => {
    const durable = memoryDurable();
    const marks = memoryStore();
    const gap = { ...cursor(5, 'E2'), skipped: [[2, 3]] };
    const stored = [cursor(7), gap, cursor(1, 'E3')] as const;
    await durable.update([], () => ({
      writes: stored.map((one) => [`in:alice:bob:${one.epoch}`, one] as const),
      result: undefined,
    }));
    const marked = [cursor(6), cursor(5, 'E2'), cursor(2, 'E3')].map((one) => [`in:alice:bob:${one.epoch}`, one]);
    marks.setItem('marks', JSON.stringify(marked));
    const stores = { durable, marks, company: () => company({ isAlone: false }, marks) };
    const memory = new LinkMemory(stores, { wallet: 'alice', tab: 't1' }, () => undefined);
    expect(await memory.cursors('bob')).toEqual([cursor(7), cursor(5, 'E2'), cursor(2, 'E3')]);
    await memory.settled();
    await Promise.resolve();
    expect(marks.getItem('marks')).toBeNull();
    expect((await durable.list('in')).map(([, value]) => value)).toEqual([cursor(7), cursor(5, 'E2'), cursor(2, 'E3')]);
  });
});
