import { AnypathError, type Client, connect, currentSession, signOut } from '@anypath/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Account } from './account.ts';
import { memoryStorage } from './browser-storage.ts';
import { Conversations } from './conversations.ts';
import { storedSession } from './session.ts';

vi.mock('@anypath/client', async (original) => ({
  ...(await original<typeof import('@anypath/client')>()),
  connect: vi.fn(),
  currentSession: vi.fn(),
  signOut: vi.fn(),
}));

const byToken = { wallet: 'alice', token: 't', expiresAt: Date.now() + 60_000 };
const byCookie = { wallet: 'alice', expiresAt: byToken.expiresAt };

/** A stand-in for the SDK's client, which ends when the test says so. */
function standInClient(wallet = 'alice') {
  const listeners = new Map<string, (argument: unknown) => void>();
  const on = (event: string, listener: (argument: unknown) => void) => {
    listeners.set(event, listener);
    return () => undefined;
  };
  const client = { wallet, isOnline: true, online: [], on, close: vi.fn() } as unknown as Client;
  vi.mocked(connect).mockResolvedValue(client);
  return { client, end: (code: 'session_ended' | 'replaced') => listeners.get('ended')?.(new AnypathError(code)) };
}

function signedOut() {
  const store = memoryStorage();
  return { store, account: new Account(store, [new Conversations(store, () => true)], 'auto') };
}

async function signedIn(session: typeof byToken | typeof byCookie) {
  const here = signedOut();
  const { end } = standInClient();
  here.account.enter({ ok: true, session });
  await vi.waitUntil(() => here.account.phase.value.name === 'connected');
  return { ...here, end };
}

beforeEach(() => {
  vi.mocked(currentSession).mockResolvedValue(undefined);
});
afterEach(() => {
  vi.resetAllMocks();
});

describe('the account at the start of the page (the SDK is a stand-in)', () => {
  it('is signed out where there is no session', async () => {
    const { account } = signedOut();
    expect(account.phase.value).toEqual({ name: 'starting' });
    await account.start();
    expect(account.phase.value).toEqual({ name: 'signed-out' });
  });

  it('takes up the session of the cookie', async () => {
    const { account } = signedOut();
    standInClient();
    vi.mocked(currentSession).mockResolvedValue(byCookie);
    await account.start();
    await vi.waitUntil(() => account.phase.value.name === 'connected');
    expect(vi.mocked(connect).mock.lastCall?.[0]).not.toHaveProperty('token');
  });

  it('prefers the session of this tab, and does not ask for another', async () => {
    const { store, account } = await signedIn(byToken);
    const reloaded = new Account(store, [new Conversations(store, () => true)], 'auto');
    await reloaded.start();
    expect(vi.mocked(currentSession)).not.toHaveBeenCalled();
    expect(vi.mocked(connect).mock.lastCall?.[0]).toMatchObject({ token: 't' });
    await account.signOut();
  });

  it('is nobody where the cookie became somebody else’s meanwhile', async () => {
    const { account } = signedOut();
    const { client } = standInClient('mallory');
    vi.mocked(currentSession).mockResolvedValue(byCookie);
    await account.start();
    await vi.waitUntil(() => account.phase.value.name === 'signed-out');
    expect(client.close).toHaveBeenCalled();
  });
});

describe('a sign-out (the SDK is a stand-in)', () => {
  it('tells the server, and then forgets', async () => {
    const { account, store } = await signedIn(byToken);
    await account.signOut();
    expect(vi.mocked(signOut)).toHaveBeenCalledExactlyOnceWith({ token: 't' });
    expect(account.phase.value).toEqual({ name: 'signed-out' });
    expect(storedSession(store, 0)).toBeUndefined();
  });

  it('is not announced as an end by the server, which comes first', async () => {
    const { account, end } = await signedIn(byCookie);
    vi.mocked(signOut).mockImplementation(async () => end('session_ended'));
    await account.signOut();
    expect(vi.mocked(signOut)).toHaveBeenCalledExactlyOnceWith({});
    expect(account.phase.value).toEqual({ name: 'signed-out' });
  });

  it('of a cookie fails where the server does not answer, and says so', async () => {
    const { account } = await signedIn(byCookie);
    vi.mocked(signOut).mockRejectedValueOnce(new AnypathError('unreachable'));
    await account.signOut();
    expect(account.phase.value.name).toBe('connected');
    expect(account.leaving.value).toBe('unreachable');
    await account.signOut();
    expect(account.phase.value).toEqual({ name: 'signed-out' });
    expect(account.leaving.value).toBe('no');
  });

  it('of a token is done here all the same', async () => {
    const { account } = await signedIn(byToken);
    vi.mocked(signOut).mockRejectedValueOnce(new AnypathError('unreachable'));
    await account.signOut();
    expect(account.phase.value).toEqual({ name: 'signed-out' });
  });

  it('by the server is shown with its reason', async () => {
    const { account, end } = await signedIn(byCookie);
    end('session_ended');
    expect(account.phase.value).toEqual({ name: 'signed-out', code: 'session_ended' });
  });
});
