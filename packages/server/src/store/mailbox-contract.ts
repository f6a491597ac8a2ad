import { expect, it } from 'vitest';
import type { Maybe } from '../maybe.ts';
import { type MailboxStore, type NewMail, type PullRange, WALLET_ITSELF } from './mailbox-port.ts';

const DAY_MS = 86_400_000;
const NOW_MS = 1_700_000_000_000;
const PLENTY = { messages: 100_000, bytes: 2 ** 30 };

/**
 * What every store does with messages that wait. Call it inside `describe`.
 *
 * @param open opens the store of the running test; called again, after the first was closed, it opens the same data. The data is
 *   empty at the start of each test.
 */
export function mailboxContract(open: () => Maybe<MailboxStore>): void {
  /** Runs a test on the store, and closes what it has opened. */
  const on = (test: (store: MailboxStore, reopen: () => Promise<MailboxStore>) => Promise<void>) => async () => {
    let store = await open();
    const reopen = async () => {
      await store.close();
      store = await open();
      return store;
    };
    try {
      await test(store, reopen);
    } finally {
      await store.close();
    }
  };

  it(
    'has nothing for wallets that it does not know',
    on(async (store) => {
      expect(await texts(store, 'bob')).toEqual([]);
      expect(await store.firstWaiting('bob', WALLET_ITSELF, 0)).toBeUndefined();
      expect(await store.accepted('alice', 'bob', 'm1')).toBeUndefined();
      expect(await store.acknowledge('bob', WALLET_ITSELF, [1, 2])).toBe(0);
      expect(await store.forget('bob', 'b1')).toBe(0);
      expect(await store.expire(NOW_MS, 10)).toBe(0);
      expect([await store.use('bob'), store.total()]).toEqual([NONE, NONE]);
      expect(await store.oldestAtMs()).toBeUndefined();
    }),
  );

  it(
    'gives a message back as it was stored, until it is acknowledged',
    on(async (store) => {
      const body = Uint8Array.from({ length: 256 }, (_, index) => index);
      const stored = await store.enqueue(mail('m1', { body, forced: true, atMs: NOW_MS + 5 }), PLENTY);
      const position = stored.added?.position ?? 0;
      expect(stored).toEqual({ forced: true, expiresAtMs: NOW_MS + DAY_MS, added: { position } });
      const { messages, more } = await pull(store, 'bob');
      expect(more).toBe(false);
      expect(messages).toEqual([
        {
          position,
          id: 'm1',
          from: 'alice',
          to: 'bob',
          atMs: NOW_MS + 5,
          expiresAtMs: NOW_MS + DAY_MS,
          forced: true,
          body,
        },
      ]);
      expect(await texts(store, 'bob'), 'reading removes nothing').toHaveLength(1);
      expect(await store.acknowledge('bob', WALLET_ITSELF, [position, position + 1])).toBe(1);
      expect(await store.acknowledge('bob', WALLET_ITSELF, [position])).toBe(0);
      expect(await texts(store, 'bob')).toEqual([]);
    }),
  );

  it(
    'keeps the order of the calls, also of those that do not wait for one another',
    on(async (store) => {
      const senders = ['alice', 'carol', 'dave'];
      const calls = Array.from({ length: 300 }, (_, index) => {
        const from = senders[index % 3] ?? '';
        return store.enqueue(mail(`m${index}`, { from, body: bytes(String(index)) }), PLENTY);
      });
      const positions = (await Promise.all(calls)).map(({ added }) => added?.position ?? 0);
      expect(positions).toEqual([...positions].sort((a, b) => a - b));
      expect(new Set(positions).size).toBe(300);
      expect(await texts(store, 'bob', { maxMessages: 1000 })).toEqual(calls.map((_, index) => String(index)));
    }),
  );

  it(
    'resolves in the order of the calls',
    on(async (store) => {
      const resolved: number[] = [];
      await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          if (index % 10 === 9) await new Promise(setImmediate);
          await store.enqueue(mail(`m${index}`), PLENTY).then(({ added }) => resolved.push(added?.position ?? 0));
        }),
      );
      expect(resolved).toEqual([...resolved].sort((a, b) => a - b));
    }),
  );

  it(
    'stores a message once, and answers a repeated one as the first was',
    on(async (store, reopen) => {
      const first = mail('m1', { forced: true });
      const again = mail('m1', { forced: false, body: bytes('other'), expiresAtMs: NOW_MS + 5 });
      const answers = await Promise.all([first, again, again].map((each) => store.enqueue(each, PLENTY)));
      const answer = { forced: true, expiresAtMs: NOW_MS + DAY_MS };
      expect(answers).toEqual([{ ...answer, added: { position: expect.any(Number) } }, answer, answer]);
      expect(await store.accepted('alice', 'bob', 'm1')).toEqual(answer);
      expect(await store.use('bob')).toEqual({ messages: 1, bytes: 2 });
      await store.acknowledge('bob', WALLET_ITSELF, await positions(store, 'bob'));
      expect(await store.enqueue(again, PLENTY), 'also after it was removed').toEqual(answer);
      expect(await (await reopen()).enqueue(again, PLENTY)).toEqual(answer);
    }),
  );

  it(
    'takes the same id of another sender, and for another wallet, for another message',
    on(async (store) => {
      await store.enqueue(mail('m1'), PLENTY);
      const others = [mail('m1', { from: 'carol' }), mail('m1', { to: 'dave' })];
      for (const other of others) expect((await store.enqueue(other, PLENTY)).added).toBeDefined();
    }),
  );

  it(
    'remembers what was accepted for an hour at least, and as long as it waits',
    on(async (store) => {
      await store.enqueue(mail('gone'), PLENTY);
      await store.acknowledge('bob', WALLET_ITSELF, await positions(store, 'bob'));
      await store.enqueue(mail('waits'), PLENTY);
      await store.expire(NOW_MS + 3_599_000, 100);
      expect(await store.accepted('alice', 'bob', 'gone')).toBeDefined();
      await store.expire(NOW_MS + 3_601_000, 100);
      expect(await store.accepted('alice', 'bob', 'gone')).toBeUndefined();
      expect(await store.accepted('alice', 'bob', 'waits')).toBeDefined();
      await store.acknowledge('bob', WALLET_ITSELF, await positions(store, 'bob'));
      expect(await store.accepted('alice', 'bob', 'waits')).toBeUndefined();
    }),
  );

  it(
    'keeps a message until each device has acknowledged it',
    on(async (store) => {
      await store.enqueue(mail('m1', { readers: ['b1', 'b2', 'b3'] }), PLENTY);
      const [position = 0] = await positions(store, 'bob', 'b1');
      for (const [reader, left] of [
        ['b2', 1],
        ['b1', 1],
        ['b3', 0],
      ] as const) {
        expect(await texts(store, 'bob', {}, reader)).toEqual(['m1']);
        expect(await store.acknowledge('bob', reader, [position])).toBe(1);
        expect(await texts(store, 'bob', {}, reader)).toEqual([]);
        expect([(await store.use('bob')).messages, store.total().messages]).toEqual([left, left]);
      }
    }),
  );

  it(
    'forgets a device with everything that waits for it alone',
    on(async (store) => {
      for (let index = 0; index < 250; index++) {
        const readers = index % 2 === 0 ? ['b1', 'b2'] : ['b1'];
        await store.enqueue(mail(`m${index}`, { readers }), PLENTY);
      }
      expect(await store.forget('bob', 'b1')).toBe(250);
      expect(await texts(store, 'bob', { maxMessages: 1000 }, 'b1')).toEqual([]);
      expect(await texts(store, 'bob', { maxMessages: 1000 }, 'b2')).toHaveLength(125);
      expect((await store.use('bob')).messages).toBe(125);
    }),
  );

  it(
    "keeps a copy for the sender's other devices, counted for the sender",
    on(async (store) => {
      const { added } = await store.enqueue(mail('m1', { readers: ['b1'], copyReaders: ['a2', 'a3'] }), PLENTY);
      const { messages } = await pull(store, 'alice', {}, 'a2');
      expect(messages).toMatchObject([{ position: added?.copyPosition, id: 'm1', from: 'alice', to: 'bob' }]);
      expect(await store.use('alice')).toEqual({ messages: 1, bytes: 2 });
      expect(store.total()).toEqual({ messages: 2, bytes: 4 });
      await store.acknowledge('alice', 'a2', [added?.copyPosition ?? 0]);
      await store.acknowledge('alice', 'a3', [added?.copyPosition ?? 0]);
      expect([await store.use('alice'), await store.use('bob')]).toEqual([NONE, { messages: 1, bytes: 2 }]);
    }),
  );

  it(
    'refuses what goes beyond the quota of the recipient, and leaves out a copy that goes beyond that of the sender',
    on(async (store) => {
      const three = { messages: 3, bytes: 1000 };
      const calls = Array.from({ length: 5 }, (_, index) =>
        store.enqueue(mail(`m${index}`), three).catch(({ code }: { code: string }) => code),
      );
      expect((await Promise.all(calls)).slice(3)).toEqual(['mailbox_full', 'mailbox_full']);
      const big = mail('big', { to: 'carol', body: new Uint8Array(1001) });
      await expect(store.enqueue(big, three)).rejects.toMatchObject({ code: 'mailbox_full' });
      await store.enqueue(mail('exact', { to: 'carol', body: new Uint8Array(1000) }), three);
      const copied = mail('copied', { from: 'bob', to: 'dave', copyReaders: ['b2'] });
      expect((await store.enqueue(copied, three)).added).toEqual({ position: expect.any(Number) });
      expect(await store.enqueue(mail('m1'), three), 'known ones are answered').toMatchObject({ forced: false });
      const [first = 0] = await positions(store, 'bob');
      await store.acknowledge('bob', WALLET_ITSELF, [first]);
      expect((await store.enqueue(mail('m5'), three)).added).toBeDefined();
    }),
  );

  it(
    'shows nothing whose time is over, and removes it in slices',
    on(async (store) => {
      for (let index = 0; index < 250; index++) {
        const copyReaders = index < 5 ? ['a2'] : [];
        await store.enqueue(
          mail(`m${index}`, { expiresAtMs: NOW_MS + index, readers: ['b1', 'b2'], copyReaders }),
          PLENTY,
        );
      }
      const rest = { nowMs: NOW_MS + 240, maxMessages: 5 };
      const { messages, more } = await pull(store, 'bob', rest, 'b1');
      expect([messages.map(({ id }) => id), more]).toEqual([['m241', 'm242', 'm243', 'm244', 'm245'], true]);
      expect(await store.expire(NOW_MS + 240, 150)).toBe(150);
      expect(await store.expire(NOW_MS + 240, 150)).toBe(96);
      expect(await store.expire(NOW_MS + 240, 150)).toBe(0);
      expect([(await store.use('bob')).messages, await store.use('alice')]).toEqual([9, NONE]);
      expect(await positions(store, 'bob', 'b2')).toHaveLength(9);
    }),
  );

  it(
    'answers a pull within its bounds, from behind a position',
    on(async (store) => {
      for (let index = 0; index < 6; index++)
        await store.enqueue(mail(`m${index}`, { body: new Uint8Array(100) }), PLENTY);
      const all = await positions(store, 'bob');
      const numbers = async (range: Partial<PullRange>) => {
        const { messages, more } = await pull(store, 'bob', range);
        return [messages.length, more];
      };
      expect(await numbers({ maxMessages: 6 })).toEqual([6, false]);
      expect(await numbers({ maxMessages: 5 })).toEqual([5, true]);
      expect(await numbers({ maxBytes: 350 })).toEqual([3, true]);
      expect(await numbers({ maxBytes: 10 }), 'one always fits').toEqual([1, true]);
      expect(await numbers({ after: all[3] ?? 0 })).toEqual([2, false]);
      expect(await numbers({ after: all[5] ?? 0 })).toEqual([0, false]);
      expect(await store.firstWaiting('bob', WALLET_ITSELF, all[3] ?? 0)).toBe(all[4]);
      expect(await store.firstWaiting('bob', WALLET_ITSELF, all[5] ?? 0)).toBeUndefined();
    }),
  );

  it(
    'knows how old the oldest message is that still waits for anybody',
    on(async (store, reopen) => {
      for (const [index, owner] of ['bob', 'carol', 'bob'].entries())
        await store.enqueue(mail(`m${index}`, { to: owner, atMs: NOW_MS + index }), PLENTY);
      expect(await store.oldestAtMs()).toBe(NOW_MS);
      await store.acknowledge('bob', WALLET_ITSELF, await positions(store, 'bob'));
      const second = await reopen();
      expect(await second.oldestAtMs()).toBe(NOW_MS + 1);
      await second.acknowledge('carol', WALLET_ITSELF, await positions(second, 'carol'));
      expect(await second.oldestAtMs()).toBeUndefined();
    }),
  );

  it(
    'remembers everything that it has answered, and uses no position twice',
    on(async (store, reopen) => {
      await Promise.all(Array.from({ length: 20 }, (_, index) => store.enqueue(mail(`m${index}`), PLENTY)));
      const before = await positions(store, 'bob');
      await store.acknowledge('bob', WALLET_ITSELF, before.slice(10));
      const second = await reopen();
      expect(await positions(second, 'bob')).toEqual(before.slice(0, 10));
      expect(second.total()).toEqual({ messages: 10, bytes: 20 });
      const { added } = await second.enqueue(mail('new'), PLENTY);
      expect(added?.position).toBeGreaterThan(before.at(-1) ?? 0);
    }),
  );

  it(
    'finishes what has begun when it is closed, and refuses what comes after',
    on(async (store, reopen) => {
      const calls = Array.from({ length: 20 }, (_, index) => store.enqueue(mail(`m${index}`), PLENTY));
      const second = await reopen();
      await Promise.all(calls);
      expect(await positions(second, 'bob')).toHaveLength(20);
      await expect(store.enqueue(mail('late'), PLENTY)).rejects.toMatchObject({ code: 'store_unavailable' });
    }),
  );

  it(
    'counts as a plain list would, whatever happens',
    on(async (store) => {
      for (let round = 0; round < 60; round++) await playRound(store, round);
      const seen: number[] = [];
      for (const wallet of ['w0', 'w1', 'w2', 'w3']) {
        const own = await sizes(store, wallet, ['d1', 'd2', 'd3']);
        expect(await store.use(wallet)).toEqual(useOf(own));
        seen.push(...own);
      }
      expect(store.total()).toEqual(useOf(seen));
    }),
  );
}

const NONE = { messages: 0, bytes: 0 };
const bytes = (text: string) => Uint8Array.from(new TextEncoder().encode(text));

const mail = (id: string, more: Partial<NewMail> = {}): NewMail => ({
  from: 'alice',
  to: 'bob',
  id,
  body: bytes(id.slice(0, 2).padEnd(2)),
  forced: false,
  atMs: NOW_MS,
  expiresAtMs: NOW_MS + DAY_MS,
  readers: [WALLET_ITSELF],
  copyReaders: [],
  ...more,
});

const pull = (store: MailboxStore, owner: string, range: Partial<PullRange> = {}, reader = WALLET_ITSELF) =>
  store.pull(owner, reader, { after: 0, maxMessages: 100, maxBytes: 2 ** 20, nowMs: NOW_MS, ...range });

const texts = async (store: MailboxStore, owner: string, range: Partial<PullRange> = {}, reader = WALLET_ITSELF) =>
  (await pull(store, owner, range, reader)).messages.map(({ body }) => new TextDecoder().decode(body));

const positions = async (store: MailboxStore, owner: string, reader = WALLET_ITSELF) =>
  (await pull(store, owner, { maxMessages: 1000, nowMs: 0 }, reader)).messages.map(({ position }) => position);

/** Something of everything, different in each round. */
async function playRound(store: MailboxStore, round: number): Promise<void> {
  const from = `w${round % 4}`;
  const to = `w${(round + 1 + (round % 3)) % 4}`;
  const readers = ['d1', 'd2'].slice(0, 1 + (round % 2));
  const body = new Uint8Array(1 + round);
  const expiresAtMs = NOW_MS + 1 + (round % 7);
  await store.enqueue(mail(`m${round}`, { from, to, readers, copyReaders: ['d3'], body, expiresAtMs }), PLENTY);
  if (round % 5 === 0) await store.acknowledge(to, 'd1', (await positions(store, to, 'd1')).slice(0, 2));
  if (round % 11 === 0) await store.forget(from, 'd3');
  if (round % 17 === 0) await store.expire(NOW_MS + 2, 3);
}

/** The sizes of all that waits for a wallet. Positions are those of its mailbox alone. */
async function sizes(store: MailboxStore, owner: string, readers: readonly string[]): Promise<number[]> {
  const range = { maxMessages: 1000, nowMs: 0 };
  const pulled = await Promise.all(readers.map((reader) => pull(store, owner, range, reader)));
  const byPosition = pulled.flatMap(({ messages }) =>
    messages.map(({ position, body }) => [position, body.byteLength] as const),
  );
  return [...new Map(byPosition).values()];
}

const useOf = (sizes: readonly number[]) => ({
  messages: sizes.length,
  bytes: sizes.reduce((sum, size) => sum + size, 0),
});
