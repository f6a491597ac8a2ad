import { AnypathError, signInMethods, signInWithWallet } from '@anypath/client';
import { afterEach, expect, it, vi } from 'vitest';
import { Entrance } from './entrance.ts';

vi.mock('@anypath/client', async (original) => ({
  ...(await original<typeof import('@anypath/client')>()),
  signInMethods: vi.fn(),
  signInWithWallet: vi.fn(),
}));

const methods = { development: true, wallet: true, bearer: true };
const session = { wallet: 'alice', expiresAt: 1, token: 't' };
const provider = { request: async () => undefined };

afterEach(() => {
  vi.resetAllMocks();
  vi.unstubAllGlobals();
});

it('asks for the ways in once, and again only after that failed (the SDK is a stand-in)', async () => {
  const entrance = new Entrance();
  vi.mocked(signInMethods).mockRejectedValueOnce(new AnypathError('unreachable'));
  await Promise.all([entrance.ask(), entrance.ask()]);
  expect(entrance.ways.value).toEqual({ state: 'failed', code: 'unreachable' });
  vi.mocked(signInMethods).mockResolvedValue(methods);
  await entrance.ask();
  await entrance.ask();
  expect(entrance.ways.value).toEqual({ state: 'known', methods });
  expect(vi.mocked(signInMethods)).toHaveBeenCalledTimes(2);
});

it.each([
  [true, 'bearer'],
  [false, 'cookie'],
])('signs in by name for this tab alone where tokens are accepted: %s, %s', async (bearer, as) => {
  const entrance = new Entrance();
  vi.mocked(signInMethods).mockResolvedValue({ ...methods, bearer });
  await entrance.ask();
  const fetched = vi.fn(async (_path: string, _init: RequestInit) => Response.json(session));
  vi.stubGlobal('fetch', fetched);
  expect(await entrance.byName('alice')).toEqual({ ok: true, session });
  expect(JSON.parse(String(fetched.mock.lastCall?.[1].body))).toEqual({ wallet: 'alice', as });
});

it('tells what went wrong in the wallet (the SDK is a stand-in)', async () => {
  const declined = new AnypathError('forbidden', undefined, { cause: { code: 4001 } });
  vi.mocked(signInWithWallet).mockRejectedValueOnce(declined).mockResolvedValueOnce({ wallet: '0x1', expiresAt: 1 });
  const entrance = new Entrance();
  expect(await entrance.byWallet(provider, 'Hello')).toEqual({ ok: false, code: 'wallet_declined' });
  expect(await entrance.byWallet(provider, 'Hello')).toEqual({ ok: true, session: { wallet: '0x1', expiresAt: 1 } });
});
