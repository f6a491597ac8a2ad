import { AnypathError, type Client } from '@anypath/client';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from './browser-storage.ts';
import { kindsIn } from './key-notices.ts';
import { Trust } from './trust.ts';

/** A stand-in for the connected SDK. */
function signedIn(store = memoryStorage(), safetyNumber = async (_: string) => '00001 00002') {
  const listeners = new Map<string, (argument: unknown) => void>();
  const on = (event: string, listener: (argument: unknown) => void) => {
    listeners.set(event, listener);
    return () => undefined;
  };
  const trust = new Trust(store);
  trust.open('alice');
  trust.attach({ on, safetyNumber } as unknown as Client);
  const kinds = () => kindsIn(trust.notices.value.get('bob') ?? []);
  return { store, trust, kinds, tell: (event: string, value: unknown) => listeners.get(event)?.(value) };
}

const gone = { wallet: 'bob', added: [], removed: ['k0'], safetyNumber: '' };

describe('what is said about the keys of others (the SDK is a stand-in)', () => {
  it('stays across a reload until it is put away', () => {
    const { store, tell } = signedIn();
    tell('identity', gone);
    tell('refused', { wallet: 'bob', keyId: 'k1', reason: 'proof' });
    const after = signedIn(store);
    expect(after.kinds()).toEqual(['removed', 'refused']);
    after.trust.putAway('bob');
    expect(after.kinds()).toEqual([]);
    expect(signedIn(store).kinds()).toEqual([]);
  });

  it('is not shown to somebody else who signs in in this tab', () => {
    const { trust, tell } = signedIn();
    tell('identity', gone);
    trust.open('carla');
    expect(trust.notices.value.size).toBe(0);
  });
});

describe('the safety number (the SDK is a stand-in)', () => {
  it('comes in groups', async () => {
    expect(await signedIn().trust.safetyNumber('bob')).toEqual({ ok: true, groups: ['00001', '00002'] });
  });

  it('has a reason where there is none', async () => {
    const refuse = () => Promise.reject(new AnypathError('forbidden'));
    expect(await signedIn(undefined, refuse).trust.safetyNumber('bob')).toEqual({ ok: false, code: 'forbidden' });
    const { trust } = signedIn();
    trust.detach();
    expect(await trust.safetyNumber('bob')).toEqual({ ok: false, code: 'link_closed' });
  });
});
