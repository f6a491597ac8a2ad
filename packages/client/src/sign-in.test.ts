import { toBase64Url } from '@anypath/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type DurableStore, memoryDurable } from './durable/durable-store.ts';
import { identityOf } from './e2ee/identity.ts';
import { currentSession, signInMethods, signInWithWallet, signOut } from './sign-in.ts';
import { type Asked, refused, standInFetch } from './stand-in-fetch.ts';
import { hexOf } from './wallet-message.ts';

const url = 'https://rtc.example.com';
const ADDRESS = `0x${'Ab'.repeat(20)}`;
const SIGNATURE = `0x${'11'.repeat(65)}`;
const session = { wallet: ADDRESS.toLowerCase(), expiresAt: 5 };
const offer = { nonce: 'abcdefgh12345678', expiresAt: 1_000_000, domains: ['rtc.example.com'], chainIds: [1, 137] };

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** A server that signs in whoever asks. */
const server = () =>
  standInFetch(({ path, body }) => {
    if (path === '/api/v1/auth/nonce') return { status: 200, body: offer };
    const isBearer = (body as { as?: string } | undefined)?.as === 'bearer';
    return { status: 200, body: { ...session, ...(isBearer ? { token: 't' } : { csrfToken: 'c' }) } };
  });

/** A stand-in for a wallet: answers what it is told, by method. */
function standInWallet(answers: Record<string, unknown> = {}) {
  const calls: { method: string; params?: readonly unknown[] }[] = [];
  const known: Record<string, unknown> = {
    eth_requestAccounts: [ADDRESS],
    eth_chainId: '0x89',
    personal_sign: SIGNATURE,
    ...answers,
  };
  const request = async (call: { method: string; params?: readonly unknown[] }) => {
    calls.push(call);
    const answer = known[call.method];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { calls, request };
}

const messageIn = (asked: readonly Asked[]) => (asked.at(-1)?.body as { message: string } | undefined)?.message ?? '';

describe('the sign-in with a wallet', () => {
  it('has the account sign a message with the nonce, on the wallet’s own chain, and keeps the CSRF token to itself', async () => {
    const asked = server();
    const provider = standInWallet();
    expect(await signInWithWallet({ url, provider })).toEqual(session);
    expect(asked.map(({ path }) => path)).toEqual(['/api/v1/auth/nonce', '/api/v1/auth/verify']);
    expect(asked.at(-1)).toMatchObject({ method: 'POST', credentials: 'include', body: { signature: SIGNATURE } });
    const message = messageIn(asked);
    expect(message).toContain(`account:\n${ADDRESS}\n`);
    expect(message).toContain(`\nChain ID: 137\nNonce: ${offer.nonce}\n`);
    const signed = provider.calls.find(({ method }) => method === 'personal_sign');
    expect(signed?.params).toEqual([hexOf(message), ADDRESS]);
  });

  it('binds the key of this device, and keeps the proof with it', async () => {
    const asked = server();
    const durable = memoryDurable();
    expect(await signInWithWallet({ url, provider: standInWallet(), durable })).toEqual(session);
    const { key, proof } = await identityOf(durable, session.wallet);
    expect(proof).toEqual({ message: messageIn(asked), signature: SIGNATURE });
    expect(proof?.message).toContain(`\nResources:\n- anypath:device-key:${toBase64Url(key.publicKey)}`);
  });

  it('keeps the key and renews the proof at the next sign-in of the same device', async () => {
    server();
    const durable = memoryDurable();
    await signInWithWallet({ url, provider: standInWallet(), durable });
    const { key } = await identityOf(durable, session.wallet);
    const signature = `0x${'22'.repeat(65)}`;
    await signInWithWallet({ url, provider: standInWallet({ personal_sign: signature }), durable });
    expect(await identityOf(durable, session.wallet)).toMatchObject({
      key: { keyId: key.keyId },
      proof: { signature },
    });
  });

  it('keeps no proof where the server does not accept the signature', async () => {
    standInFetch(({ path }) =>
      path === '/api/v1/auth/nonce' ? { status: 200, body: offer } : refused(401, 'signature_invalid'),
    );
    const durable = memoryDurable();
    const attempt = signInWithWallet({ url, provider: standInWallet(), durable });
    await expect(attempt).rejects.toMatchObject({ code: 'signature_invalid' });
    expect(await identityOf(durable, session.wallet)).not.toHaveProperty('proof');
  });

  it('binds nothing where the platform has no X25519, and signs in all the same', async () => {
    const asked = server();
    vi.spyOn(crypto.subtle, 'generateKey').mockRejectedValue(new DOMException('X25519?', 'NotSupportedError'));
    expect(await signInWithWallet({ url, provider: standInWallet(), durable: memoryDurable() })).toEqual(session);
    expect(messageIn(asked)).not.toContain('Resources');
  });

  it.each<[string, { durable?: DurableStore }]>([
    ['is no store that lasts, as in Node', {}],
    [
      'is a store that fails',
      { durable: { ...memoryDurable(), update: () => Promise.reject(new DOMException('full', 'QuotaExceededError')) } },
    ],
  ])('binds nothing where there %s, and signs in all the same', async (_, options) => {
    const asked = server();
    expect(await signInWithWallet({ url, provider: standInWallet(), ...options })).toEqual(session);
    expect(messageIn(asked)).not.toContain('Resources');
  });

  it('returns a token where one is asked for', async () => {
    server();
    expect(await signInWithWallet({ url, provider: standInWallet(), as: 'bearer' })).toEqual({
      ...session,
      token: 't',
    });
  });

  it.each([
    ['is on a chain that the server does not accept', '0x5'],
    ['does not tell its chain', new Error('unsupported')],
  ])('names the server’s first chain where the wallet %s', async (_, chain) => {
    const asked = server();
    await signInWithWallet({ url, provider: standInWallet({ eth_chainId: chain }) });
    expect(messageIn(asked)).toContain('\nChain ID: 1\n');
  });

  it.each(['eth_requestAccounts', 'personal_sign'])('is forbidden by whoever declines %s', async (method) => {
    server();
    const declined = Object.assign(new Error('User rejected'), { code: 4001 });
    const attempt = signInWithWallet({ url, provider: standInWallet({ [method]: declined }) });
    await expect(attempt).rejects.toMatchObject({ code: 'forbidden', cause: { code: 4001 } });
  });

  it.each([
    ['gives no account', { eth_requestAccounts: [] }, 'forbidden'],
    ['gives no signature', { personal_sign: null }, 'internal'],
    ['fails', { personal_sign: new Error('disconnected') }, 'internal'],
  ])('ends with a code where the wallet %s', async (_, answers, code) => {
    server();
    await expect(signInWithWallet({ url, provider: standInWallet(answers) })).rejects.toMatchObject({ code });
  });

  it('is not even asked of the wallet’s owner where the server does not know the page', async () => {
    standInFetch(() => ({ status: 200, body: { ...offer, domains: ['other.example.com'] } }));
    const provider = standInWallet();
    await expect(signInWithWallet({ url, provider })).rejects.toMatchObject({ code: 'forbidden' });
    expect(provider.calls.map(({ method }) => method)).not.toContain('personal_sign');
  });
});

describe('the session of the cookie', () => {
  it('is nobody’s where there is none, or where it is over', async () => {
    standInFetch(() => refused(401, 'session_ended'));
    expect(await currentSession({ url })).toBeUndefined();
    standInFetch(() => ({ status: 200, body: { ...session, csrfToken: 'c' } }));
    expect(await currentSession({ url })).toEqual(session);
  });

  it('is not known where the server does not answer', async () => {
    standInFetch(() => undefined);
    await expect(currentSession({ url })).rejects.toMatchObject({ code: 'unreachable' });
  });
});

describe('the sign-out', () => {
  it('sends the CSRF token of the session with the cookie', async () => {
    const asked = standInFetch(({ method }) =>
      method === 'POST' ? { status: 204 } : { status: 200, body: { ...session, csrfToken: 'c' } },
    );
    await signOut({ url });
    const path = '/api/v1/auth/logout';
    expect(asked.at(-1)).toMatchObject({
      method: 'POST',
      path,
      credentials: 'include',
      headers: { 'x-csrf-token': 'c' },
    });
  });

  it('sends the token where there is one', async () => {
    const asked = standInFetch(() => ({ status: 204 }));
    await signOut({ url, token: 't' });
    expect(asked).toMatchObject([{ headers: { authorization: 'Bearer t' } }]);
  });

  it('is done where the session is over already, and not where the server does not answer', async () => {
    standInFetch(() => refused(401, 'session_ended'));
    await signOut({ url, token: 't' });
    standInFetch(() => undefined);
    await expect(signOut({ url, token: 't' })).rejects.toMatchObject({ code: 'unreachable' });
  });
});

it('tells how one may sign in', async () => {
  const methods = { development: false, wallet: true, bearer: false };
  standInFetch(() => ({ status: 200, body: methods }));
  expect(await signInMethods({ url })).toEqual(methods);
});
