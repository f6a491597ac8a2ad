import { describe, expect, it } from 'vitest';
import { memoryStorage } from './browser-storage.ts';
import { allRead, type KeyNotice, kindsIn, noticesOf, refusalOf, storedNotices, withNotices } from './key-notices.ts';

const key = (keyId: string, verified: 'wallet' | 'first-use') => ({ keyId, verified, publicKey: new Uint8Array(32) });
const change = { wallet: 'bob', safetyNumber: '', added: [], removed: [] };
const added: KeyNotice = { kind: 'added', keyId: 'k1' };

describe('the notices about keys', () => {
  it('tell of a new device and of one that is gone', () => {
    const notices = noticesOf({ ...change, added: [key('k1', 'first-use')], removed: ['k0'] });
    expect(kindsIn(notices)).toEqual(['added', 'removed']);
  });

  it('tell nothing of a device whose key the wallet has signed', () => {
    expect(noticesOf({ ...change, added: [key('k1', 'wallet')] })).toEqual([]);
  });

  it('warn of a key that is not used', () => {
    expect(kindsIn(refusalOf({ wallet: 'bob', keyId: 'k1', reason: 'unproven' }))).toEqual(['refused']);
  });

  it('say the same once, also when it was put away', () => {
    const known = withNotices([], [added]);
    expect(withNotices(known, [added])).toBe(known);
    const read = allRead(known);
    expect(kindsIn(read)).toEqual([]);
    expect(withNotices(read, [added])).toBe(read);
    expect(kindsIn(withNotices(read, [{ kind: 'refused', keyId: 'k1' }]))).toEqual(['refused']);
  });

  it('come back from the storage, without what this page did not write', () => {
    const store = memoryStorage();
    store.setItem('n', JSON.stringify({ bob: [added, { kind: 'other', keyId: 'x' }, 7], carla: 'no list' }));
    expect(storedNotices(store, 'n')).toEqual(
      new Map([
        ['bob', [added]],
        ['carla', []],
      ]),
    );
    expect(storedNotices(store, 'none').size).toBe(0);
  });
});
