import type { DurableStore } from './durable-store.ts';

/** One thing that every store keeps to. */
export interface StoreRule {
  /** Reads as a sentence about the store. */
  readonly title: string;
  /**
   * Tries it. Uses nothing but its arguments, so that it can be run in a page of a browser.
   *
   * @param store an empty one
   * @param again opens the same store once more, as another tab does
   * @returns what is compared with `expected`
   */
  readonly run: (store: DurableStore, again: () => Promise<DurableStore>) => Promise<unknown>;
  readonly expected: unknown;
}

/** What every store keeps to: the memory of the process in unit tests, IndexedDB in a real browser. */
export const STORE_CONTRACT: readonly StoreRule[] = [
  {
    title: 'has nothing at first',
    run: async (store) => [
      await store.list(''),
      await store.update(['a'], (values) => ({ writes: [], result: values })),
    ],
    expected: [[], [undefined]],
  },
  {
    title: 'lists what begins with a prefix, by key in ascending order',
    run: async (store) => {
      const keys = ['b:2', 'b:10', 'b', 'bb', 'a:1', 'c', 'b:é'];
      await store.update([], () => ({ writes: keys.map((key) => [key, key] as const), result: undefined }));
      return [await store.list('b:'), (await store.list('')).length];
    },
    expected: [
      [
        ['b:10', 'b:10'],
        ['b:2', 'b:2'],
        ['b:é', 'b:é'],
      ],
      7,
    ],
  },
  {
    title: 'gives a change the values that it asks for, in their order, and its result to who asked',
    run: async (store) => {
      await store.update([], () => ({
        writes: [
          ['a', 1],
          ['b', { deep: [2] }],
        ],
        result: undefined,
      }));
      return store.update(['b', 'none', 'a'], (values) => ({ writes: [['a', 'other']], result: values }));
    },
    expected: [{ deep: [2] }, undefined, 1],
  },
  {
    title: 'replaces, and removes by undefined',
    run: async (store) => {
      const first = [
        ['a', 1],
        ['b', 1],
        ['c', null],
      ] as const;
      await store.update([], () => ({ writes: first, result: undefined }));
      const second = [
        ['a', undefined],
        ['b', 2],
      ] as const;
      await store.update([], () => ({ writes: second, result: undefined }));
      return store.list('');
    },
    expected: [
      ['b', 2],
      ['c', null],
    ],
  },
  {
    title: 'writes all of a change or nothing',
    run: async (store) => {
      const writes = [
        ['a', 1],
        ['b', () => 'what structured clone does not take'],
      ] as const;
      const outcomes = await Promise.allSettled([
        store.update([], () => ({ writes, result: undefined })),
        store.update(['a'], () => ({ writes, result: undefined })),
        store.update(['a'], () => {
          throw new Error('changed its mind');
        }),
      ]);
      return [outcomes.map(({ status }) => status), await store.list('')];
    },
    expected: [['rejected', 'rejected', 'rejected'], []],
  },
  {
    title: 'keeps a copy: what is changed afterwards by its owner is not changed in the store',
    run: async (store) => {
      const value = { bytes: new Uint8Array([1, 2, 3]) };
      await store.update([], () => ({ writes: [['a', value]], result: undefined }));
      value.bytes[0] = 9;
      const kept = await store.update(['a'], ([found]) => ({ writes: [], result: found as typeof value }));
      return [...kept.bytes];
    },
    expected: [1, 2, 3],
  },
  {
    title: 'keeps a key that cannot be exported, for use',
    run: async (store, again) => {
      const pair = (await crypto.subtle.generateKey('X25519', false, ['deriveBits'])) as CryptoKeyPair;
      await store.update([], () => ({ writes: [['key', { pair }]], result: undefined }));
      const other = await again();
      const { pair: kept } = await other.update(['key'], ([found]) => {
        return { writes: [], result: found as { pair: CryptoKeyPair } };
      });
      const agreed = (one: CryptoKeyPair, other: CryptoKeyPair) =>
        crypto.subtle.deriveBits({ name: 'X25519', public: other.publicKey }, one.privateKey, 256);
      const peer = (await crypto.subtle.generateKey('X25519', false, ['deriveBits'])) as CryptoKeyPair;
      const [here, there] = [new Uint8Array(await agreed(kept, peer)), new Uint8Array(await agreed(peer, pair))];
      return [kept.privateKey.extractable, here.every((byte, index) => byte === there[index])];
    },
    expected: [false, true],
  },
  {
    title: 'lets changes of two tabs follow each other, and none in between',
    run: async (store, again) => {
      const other = await again();
      const count = (one: DurableStore) =>
        one.update(['n'], ([value]) => ({ writes: [['n', Number(value ?? 0) + 1]], result: Number(value ?? 0) }));
      const seen = await Promise.all(Array.from({ length: 50 }, (_, index) => count(index % 2 ? store : other)));
      return [new Set(seen).size, await store.list('n')];
    },
    expected: [50, [['n', 50]]],
  },
];
