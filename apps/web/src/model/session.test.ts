import { expect, it } from 'vitest';
import { memoryStorage } from './browser-storage.ts';
import { forgetSession, storedSession, storeSession } from './session.ts';

const session = { wallet: 'alice', token: 't', expiresAt: 1000 };

it('takes up a session after a reload', () => {
  const store = memoryStorage();
  storeSession(store, session);
  expect(storedSession(store, 999)).toEqual(session);
});

it('does not take up a session that is over', () => {
  const store = memoryStorage();
  storeSession(store, session);
  expect(storedSession(store, 1000)).toBeUndefined();
});

it('has no session after signing out', () => {
  const store = memoryStorage();
  storeSession(store, session);
  forgetSession(store);
  expect(storedSession(store, 0)).toBeUndefined();
});

it('leaves a session in the cookie to the browser, and forgets the token from before', () => {
  const store = memoryStorage();
  storeSession(store, session);
  storeSession(store, { wallet: 'alice', expiresAt: 1000 });
  expect(storedSession(store, 0)).toBeUndefined();
});

it('takes nothing for a session that is none', () => {
  const store = memoryStorage();
  store.setItem('anypath-web:session', '{"wallet":"alice"}');
  expect(storedSession(store, 0)).toBeUndefined();
});
