import { LIMITS } from '@anypath/protocol';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { createSiweMessage } from 'viem/siwe';
import { describe, expect, it } from 'vitest';
import { createLocalBus } from '../bus/local.ts';
import { offerNonce, type WalletSignInParts, walletOf } from './wallet-sign-in.ts';

const account = privateKeyToAccount(generatePrivateKey());
const stranger = privateKeyToAccount(generatePrivateKey());
const config = { walletDomains: ['rtc.example.com', 'app.example.com:8443'], WALLET_CHAIN_IDS: [1, 137] };
const START = Date.parse('2026-03-01T12:00:00.000Z');

function desk(more: Partial<WalletSignInParts['config']> = {}) {
  const clock = { ms: START };
  const bus = createLocalBus(() => clock.ms);
  return { clock, parts: { config: { ...config, ...more }, bus, nowMs: () => clock.ms } };
}

type Fields = Partial<Parameters<typeof createSiweMessage>[0]>;

const messageWith = (nonce: string, fields: Fields = {}): string =>
  createSiweMessage({
    address: account.address,
    chainId: 1,
    domain: 'rtc.example.com',
    uri: 'https://rtc.example.com/in',
    version: '1',
    issuedAt: new Date(START),
    nonce,
    ...fields,
  });

/** A message with a fresh nonce, changed as the test says, and signed for real. */
async function signedIn({ parts }: ReturnType<typeof desk>, fields: Fields = {}, change = (text: string) => text) {
  const message = change(messageWith((await offerNonce(parts)).nonce, fields));
  return { message, signature: await account.signMessage({ message }) };
}

const refusal = (code: string) => expect.objectContaining({ code });

describe('a wallet sign-in, really signed', () => {
  it('gives the address in lower case', async () => {
    const here = desk();
    expect(await walletOf(await signedIn(here), here.parts)).toBe(account.address.toLowerCase());
  });

  it('may say everything that EIP-4361 allows', async () => {
    const here = desk();
    const everything = {
      scheme: 'https',
      statement: 'Sign in to anypath. URI: https://evil.example',
      expirationTime: new Date(START + 1000),
      notBefore: new Date(START),
      requestId: 'r-1',
      resources: ['https://rtc.example.com/terms', 'ipfs://abc'],
      chainId: 137,
      domain: 'app.example.com:8443',
      uri: 'https://app.example.com:8443',
    };
    expect(await walletOf(await signedIn(here, everything), here.parts)).toBe(account.address.toLowerCase());
  });

  it.each(['localhost:5173', 'localhost', '127.0.0.1:3000', 'app.localhost:1'])(
    'may come from %s on loopback',
    async (domain) => {
      const here = desk({ walletDomains: ['loopback'] });
      const fields = { domain: 'localhost', uri: `http://${domain}/` };
      const change = (text: string) => text.replace(/^localhost/, domain);
      expect(await walletOf(await signedIn(here, fields, change), here.parts)).toBe(account.address.toLowerCase());
    },
  );

  it.each([
    ['another domain', { domain: 'evil.example.com', uri: 'https://evil.example.com' }],
    ['the right domain and another URI', { uri: 'https://evil.example.com' }],
    ['a user name in the URI that looks like the domain', { uri: 'https://rtc.example.com@evil.example.com' }],
    ['another port', { domain: 'rtc.example.com:444', uri: 'https://rtc.example.com:444' }],
    ['loopback, where that is not on the list', { domain: 'localhost', uri: 'http://localhost' }],
    ['a URI that is no page', { uri: 'ftp://rtc.example.com' }],
    ['a scheme that is not that of the URI', { scheme: 'http' }],
    ['another chain', { chainId: 5 }],
  ])('is refused with %s', async (_what, fields) => {
    const here = desk();
    await expect(walletOf(await signedIn(here, fields), here.parts)).rejects.toEqual(refusal('forbidden'));
  });

  it.each([
    ['expired', { expirationTime: new Date(START) }, 'nonce_invalid'],
    ['older than its nonce can be', { issuedAt: new Date(START - LIMITS.nonceMs - 1) }, 'nonce_invalid'],
    ['of the future', { issuedAt: new Date(START + 61_000) }, 'invalid_payload'],
    ['not valid yet', { notBefore: new Date(START + 1) }, 'invalid_payload'],
  ])('is refused where it is %s', async (_what, fields, code) => {
    const here = desk();
    await expect(walletOf(await signedIn(here, fields), here.parts)).rejects.toEqual(refusal(code));
  });

  it('is taken where the clock of the client is a minute ahead', async () => {
    const here = desk();
    const fields = { issuedAt: new Date(START + 59_000) };
    expect(await walletOf(await signedIn(here, fields), here.parts)).toBe(account.address.toLowerCase());
  });

  const changes: [string, (text: string) => string][] = [
    ['empty', () => ''],
    ['any text', () => 'hello'],
    ['of another version', (text) => text.replace('Version: 1', 'Version: 2')],
    ['without a URI', (text) => text.replace(/URI: .*\n/, '')],
    ['without a chain', (text) => text.replace(/Chain ID: .*\n/, '')],
    ['without a nonce', (text) => text.replace(/Nonce: .*\n/, '')],
    ['without a date', (text) => text.replace(/\nIssued At: .*/, '')],
    ['with a date that is none', (text) => text.replace(/Issued At: .*/, 'Issued At: yesterday')],
    ['with text before it', (text) => `hello\n${text}`],
    ['with text after it', (text) => `${text}\nhello`],
    ['with a line in between', (text) => text.replace('\nVersion', '\nX: y\nVersion')],
    ['with fields in another order', (text) => text.replace(/(Chain ID: .*)\n(Nonce: .*)/, '$2\n$1')],
    ['with a header in the URI', (text) => text.replace('/in', '/in\r\nset-cookie: a=b')],
    ['with a second statement', (text) => text.replace('\n\n\n', '\n\na\n\nb\n\n')],
    ['with a URI that is none', (text) => text.replace('https://rtc.example.com/in', 'http://[')],
    ['with an address that is no address', (text) => text.replace(account.address, '0x12')],
    ['with an address whose checksum is wrong', (text) => text.replace(account.address, swapCase(account.address))],
    ['with a null character', (text) => text.replace('\n\n\n', '\n\na\u0000b\n\n')],
  ];

  it.each(changes)('is refused where the message is %s', async (_what, change) => {
    const here = desk();
    await expect(walletOf(await signedIn(here, {}, change), here.parts)).rejects.toEqual(refusal('invalid_payload'));
  });

  it.each([
    ['of somebody else', (message: string) => stranger.signMessage({ message })],
    ['of another message', () => account.signMessage({ message: 'hello' })],
    ['mangled', async (message: string) => `${(await account.signMessage({ message })).slice(0, -4)}ffff`],
    ['all zeros', async () => `0x${'0'.repeat(130)}`],
    ['all ones', async () => `0x${'f'.repeat(130)}`],
  ])('is refused with a signature %s, and the nonce is used up', async (_what, sign) => {
    const here = desk();
    const good = await signedIn(here);
    const signature = await sign(good.message);
    await expect(walletOf({ message: good.message, signature }, here.parts)).rejects.toEqual(
      refusal('signature_invalid'),
    );
    await expect(walletOf(good, here.parts)).rejects.toEqual(refusal('nonce_invalid'));
  });
});

describe('a nonce', () => {
  it('has 128 bits in letters and digits, and comes with what else the message must name', async () => {
    const { parts } = desk();
    const [one, other] = [await offerNonce(parts), await offerNonce(parts)];
    expect(one.nonce).toMatch(/^[0-9a-f]{32}$/);
    expect(one.nonce).not.toBe(other.nonce);
    expect(one).toMatchObject({ expiresAt: START + LIMITS.nonceMs, domains: config.walletDomains, chainIds: [1, 137] });
  });

  it('works once', async () => {
    const here = desk();
    const good = await signedIn(here);
    await walletOf(good, here.parts);
    await expect(walletOf(good, here.parts)).rejects.toEqual(refusal('nonce_invalid'));
  });

  it('lets one of twenty attempts at the same time through', async () => {
    const here = desk();
    const good = await signedIn(here);
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => walletOf(good, here.parts)));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is refused where this server never gave it out', async () => {
    const message = messageWith('a'.repeat(32));
    const signature = await account.signMessage({ message });
    await expect(walletOf({ message, signature }, desk().parts)).rejects.toEqual(refusal('nonce_invalid'));
  });

  it('expires', async () => {
    const here = desk();
    const { nonce } = await offerNonce(here.parts);
    here.clock.ms += LIMITS.nonceMs;
    const message = messageWith(nonce, { issuedAt: new Date(here.clock.ms) });
    const signature = await account.signMessage({ message });
    await expect(walletOf({ message, signature }, here.parts)).rejects.toEqual(refusal('nonce_invalid'));
  });

  it('leaves before newer ones where there are too many', () => {
    const bus = createLocalBus(() => 0);
    for (let index = 0; index <= LIMITS.nonceMaxEntries; index++) bus.keepNonce(`n${index}`);
    expect(['n0', 'n1', `n${LIMITS.nonceMaxEntries}`].map(bus.takeNonce)).toEqual([false, true, true]);
  });
});

/** Turns capitals into small letters and the other way round, which the checksum of an address does not survive. */
const swapCase = (address: string): string =>
  `0x${[...address.slice(2)].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join('')}`;
