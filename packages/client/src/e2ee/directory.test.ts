import { AnypathError, type Device, type DeviceList, toBase64Url } from '@anypath/protocol';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { DeviceKey } from './device-key.ts';
import { Directory, type DirectoryParts, type Pinned } from './directory.ts';
import { devices } from './stand-in-devices.ts';

let all: Awaited<ReturnType<typeof devices<'own' | 'one' | 'two' | 'three'>>>;
beforeAll(async () => {
  all = await devices('own', 'one', 'two', 'three');
});

/** What a server says of a device; the signature stands for a good or a bad proof. */
const entry = ({ keyId, publicKey }: DeviceKey, proof?: 'good' | 'bad'): Device => ({
  keyId,
  publicKey: toBase64Url(publicKey),
  name: 'phone',
  since: 1,
  ...(proof && { proof: { message: proof, signature: '0x' } }),
});

function directory(lists: Record<string, readonly Device[]>, more: Partial<DirectoryParts> = {}) {
  const asked: string[] = [];
  const told: unknown[] = [];
  const pinned = new Map<string, Pinned>();
  const made = new Directory({
    self: 'me',
    fetch: async (wallet): Promise<DeviceList> => {
      asked.push(wallet);
      return { wallet, devices: [...(lists[wallet] ?? [])] };
    },
    isProof: async (_wallet, _publicKey, { message }) => message === 'good',
    pins: { load: async (wallet) => pinned.get(wallet), save: async (wallet, pin) => void pinned.set(wallet, pin) },
    ...more,
  });
  made.on('changed', (change) => told.push(change));
  made.on('refused', (refusal) => told.push(refusal));
  const namesOf = async (wallet: string) => (await made.keysOf(wallet)).map(({ keyId }) => keyId);
  return { made, asked, told, pinned, lists, namesOf };
}

describe('a directory', () => {
  it('trusts on first use, remembers it, and asks once', async () => {
    const { made, asked, told, pinned } = directory({ bob: [entry(all.one)] });
    const [keys] = await Promise.all([made.keysOf('bob'), made.keysOf('bob'), made.publicKeyOf('bob', all.one.keyId)]);
    expect(keys).toEqual([{ keyId: all.one.keyId, publicKey: all.one.publicKey, verified: 'first-use' }]);
    expect(asked).toEqual(['bob']);
    expect(told).toEqual([]);
    expect(pinned.get('bob')).toEqual({ proven: false, keys: [{ keyId: all.one.keyId, verified: 'first-use' }] });
  });

  it('drops and reports a key under the name of another', async () => {
    const { namesOf, told } = directory({ bob: [{ ...entry(all.one), publicKey: toBase64Url(all.two.publicKey) }] });
    expect(await namesOf('bob')).toEqual([]);
    expect(told).toEqual([{ wallet: 'bob', keyId: all.one.keyId, reason: 'digest' }]);
  });

  it('trusts what the wallet has signed, and from then on nothing else', async () => {
    const { made, namesOf, told, lists } = directory({ bob: [entry(all.one, 'good'), entry(all.two)] });
    expect(await made.keysOf('bob')).toMatchObject([{ keyId: all.one.keyId, verified: 'wallet' }]);
    expect(told).toEqual([{ wallet: 'bob', keyId: all.two.keyId, reason: 'unproven' }]);
    lists['bob'] = [entry(all.three)];
    made.forget('bob');
    expect(await namesOf('bob')).toEqual([]);
    expect(told.slice(1)).toMatchObject([
      { keyId: all.three.keyId, reason: 'unproven' },
      { added: [], removed: [all.one.keyId] },
    ]);
  });

  it('goes on trusting a proven key without asking for its proof again', async () => {
    const { made, lists } = directory({ bob: [entry(all.one, 'good')] });
    await made.keysOf('bob');
    lists['bob'] = [entry(all.one)];
    made.forget('bob');
    expect(await made.keysOf('bob')).toMatchObject([{ keyId: all.one.keyId, verified: 'wallet' }]);
  });

  it('refuses a key with a wrong proof, though it would have trusted it without', async () => {
    const { namesOf, told } = directory({ bob: [entry(all.one, 'bad')] });
    expect(await namesOf('bob')).toEqual([]);
    expect(told).toEqual([{ wallet: 'bob', keyId: all.one.keyId, reason: 'proof' }]);
  });

  it('accepts a new unproven key, and tells of it with the number that holds now', async () => {
    const { made, namesOf, told, lists } = directory({ me: [entry(all.own)], bob: [entry(all.one)] });
    const before = await made.safetyNumber('bob');
    lists['bob'] = [entry(all.one), entry(all.two)];
    made.forget('bob');
    expect(await namesOf('bob')).toEqual([all.one.keyId, all.two.keyId]);
    const number = await made.safetyNumber('bob');
    expect(number).not.toBe(before);
    const added = [{ keyId: all.two.keyId, publicKey: all.two.publicKey, verified: 'first-use' }];
    expect(told).toEqual([{ wallet: 'bob', added, removed: [], safetyNumber: number }]);
  });

  it('tells of a new device of the own wallet', async () => {
    const { made, namesOf, told, lists } = directory({ me: [entry(all.own)] });
    await namesOf('me');
    lists['me'] = [entry(all.own), entry(all.two)];
    made.forget('me');
    await namesOf('me');
    expect(told).toMatchObject([{ wallet: 'me', added: [{ keyId: all.two.keyId }], removed: [] }]);
  });

  it('does not seal for, or accept from, a key that is gone; all gone is no first use', async () => {
    const { made, namesOf, told, lists } = directory({ bob: [entry(all.one)] });
    await namesOf('bob');
    lists['bob'] = [];
    made.forget('bob');
    expect(await made.publicKeyOf('bob', all.one.keyId)).toBeUndefined();
    lists['bob'] = [entry(all.two)];
    made.forget('bob');
    expect(await namesOf('bob')).toEqual([all.two.keyId]);
    expect(told).toMatchObject([
      { added: [], removed: [all.one.keyId] },
      { added: [{ keyId: all.two.keyId }], removed: [] },
    ]);
  });

  it('does not count as used what had no devices yet', async () => {
    const { made, namesOf, told, lists } = directory({});
    expect(await namesOf('bob')).toEqual([]);
    lists['bob'] = [entry(all.one)];
    made.forget('bob');
    expect(await namesOf('bob')).toEqual([all.one.keyId]);
    expect(told).toEqual([]);
  });

  it('asks a wallet without devices again after a second: whoever was to tell of the first one may have ended', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const { namesOf, asked, lists } = directory({ bob: [] });
      expect(await namesOf('bob')).toEqual([]);
      lists['bob'] = [entry(all.one)];
      vi.advanceTimersByTime(900);
      expect(await namesOf('bob')).toEqual([]);
      expect(asked).toEqual(['bob']);
      vi.advanceTimersByTime(100);
      expect(await namesOf('bob')).toEqual([all.one.keyId]);
      vi.advanceTimersByTime(10_000);
      expect(await namesOf('bob')).toEqual([all.one.keyId]);
      expect(asked).toEqual(['bob', 'bob']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('asks once more for a key that it does not know, however many ask, and not for ever', async () => {
    const { made, asked, lists } = directory({ bob: [entry(all.one)] });
    await made.keysOf('bob');
    lists['bob'] = [entry(all.one), entry(all.two)];
    const found = await Promise.all([1, 2, 3].map(() => made.publicKeyOf('bob', all.two.keyId)));
    expect(found).toEqual([all.two.publicKey, all.two.publicKey, all.two.publicKey]);
    expect(asked.filter((wallet) => wallet === 'bob')).toHaveLength(2);
    for (let index = 0; index < 30; index++) await made.publicKeyOf('bob', `unknown-${index}`);
    const often = asked.length;
    for (let index = 0; index < 30; index++) await made.publicKeyOf('bob', `unknown-${index}`);
    expect(often).toBeLessThan(12);
    expect(asked).toHaveLength(often);
  });

  it('says when the server cannot be asked, and asks again', async () => {
    let isDown = true;
    const up = { wallet: 'bob', devices: [entry(all.one)] };
    const { made } = directory(
      {},
      { fetch: async () => (isDown ? Promise.reject(new AnypathError('unreachable')) : up) },
    );
    await expect(made.keysOf('bob')).rejects.toThrow(expect.objectContaining({ code: 'unreachable' }));
    isDown = false;
    expect(await made.keysOf('bob')).toHaveLength(1);
  });

  it('tells of a change also where the own devices could not be had at first', async () => {
    const lists: Record<string, readonly Device[]> = { me: [entry(all.own)], bob: [entry(all.one)] };
    let isDown = false;
    const { made, told } = directory(lists, {
      fetch: async (wallet) => {
        if (isDown && wallet === 'me') throw new AnypathError('unreachable');
        return { wallet, devices: [...(lists[wallet] ?? [])] };
      },
    });
    await made.keysOf('bob');
    [lists['bob'], isDown] = [[entry(all.two)], true];
    made.forget('bob');
    await expect(made.keysOf('bob')).rejects.toThrow(AnypathError);
    isDown = false;
    await made.keysOf('bob');
    expect(told).toMatchObject([{ wallet: 'bob', removed: [all.one.keyId] }]);
  });

  it('does not take the devices of another wallet', async () => {
    const { made } = directory({}, { fetch: async () => ({ wallet: 'mallory', devices: [entry(all.one)] }) });
    await expect(made.keysOf('bob')).rejects.toThrow(AnypathError);
  });
});
