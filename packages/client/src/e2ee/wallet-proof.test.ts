import { type DeviceProof, deviceKeyResource } from '@anypath/protocol';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { createSiweMessage } from 'viem/siwe';
import { keccak256, toBytes } from 'viem/utils';
import { describe, expect, it } from 'vitest';
import { walletMessage } from '../wallet-message.ts';
import { isProofOf } from './wallet-proof.ts';

const KEY = 'A1b2'.repeat(10).concat('c3M');
const OTHER = 'Z9y8'.repeat(10).concat('x7M');
const account = privateKeyToAccount(generatePrivateKey());
const stranger = privateKeyToAccount(generatePrivateKey());
const wallet = account.address.toLowerCase();
const offer = {
  nonce: '32891756abcdef01',
  expiresAt: Date.parse('2026-03-01T12:05:00.000Z'),
  domains: ['app.example.com'],
  chainIds: [1],
};
const fields = { address: account.address, chainId: 1, origin: 'https://app.example.com' };

/** As the SDK has a wallet sign it, changed as the test says before it is signed. */
async function proof(change: (message: string) => string = (message) => message, by = account): Promise<DeviceProof> {
  const message = change(walletMessage({ ...fields, statement: 'Sign in.', deviceKey: KEY }, offer));
  return { message, signature: await by.signMessage({ message }) };
}

describe('the proof of a device key, signed by accounts of viem', () => {
  it('binds the key to the wallet, for any account', async () => {
    expect(await isProofOf(wallet, KEY, await proof())).toBe(true);
    for (let index = 0; index < 20; index++) {
      const each = privateKeyToAccount(generatePrivateKey());
      const message = walletMessage({ ...fields, address: each.address, deviceKey: KEY }, offer);
      const signed = { message, signature: await each.signMessage({ message }) };
      expect(await isProofOf(each.address.toLowerCase(), KEY, signed)).toBe(true);
      expect(await isProofOf(wallet, KEY, signed)).toBe(false);
    }
  });

  it('is that of the account of private key 1, which signs the same each time', async () => {
    const one = privateKeyToAccount(`0x${'1'.padStart(64, '0')}`);
    const message = walletMessage({ ...fields, address: one.address, deviceKey: KEY }, offer);
    const signature = await one.signMessage({ message });
    expect(one.address).toBe('0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf');
    expect(await isProofOf('0x7e5f4552091a69125d5dfcb7b8c2659029395bdf', KEY, { message, signature })).toBe(true);
  });

  it('may have everything else that EIP-4361 allows, also counted from 0, and the address without its checksum', async () => {
    const everything = createSiweMessage({
      address: account.address,
      chainId: 137,
      domain: 'localhost:5173',
      scheme: 'http',
      uri: 'http://localhost:5173/in',
      version: '1',
      nonce: 'abcdefgh',
      statement: 'Resources: none',
      issuedAt: new Date(0),
      expirationTime: new Date(1),
      notBefore: new Date(0),
      requestId: 'r-1',
      resources: ['https://rtc.example.com/terms', deviceKeyResource(KEY), 'ipfs://abc'],
    });
    const message = everything.replace(account.address, wallet);
    const signature = await account.signMessage({ message });
    expect(await isProofOf(wallet, KEY, { message, signature })).toBe(true);
    const recovery = Number.parseInt(signature.slice(-2), 16) - 27;
    const fromZero = `${signature.slice(0, -2)}${recovery.toString(16).padStart(2, '0')}`;
    expect(await isProofOf(wallet, KEY, { message, signature: fromZero })).toBe(true);
    expect(await isProofOf(wallet, KEY, { message, signature: signature.toUpperCase().replace('0X', '0x') })).toBe(
      true,
    );
  });

  it('is none for another wallet or another key', async () => {
    const right = await proof();
    expect(await isProofOf(stranger.address.toLowerCase(), KEY, right)).toBe(false);
    expect(await isProofOf(account.address, KEY, right)).toBe(false);
    expect(await isProofOf('', KEY, right)).toBe(false);
    expect(await isProofOf(wallet, OTHER, right)).toBe(false);
    expect(await isProofOf(wallet, KEY.slice(1), right)).toBe(false);
    expect(await isProofOf(wallet, '', right)).toBe(false);
  });

  it('is none with one byte of its message changed, wherever', async () => {
    const { message, signature } = await proof();
    for (let index = 0; index < message.length; index++) {
      const char = message[index] === 'a' ? 'b' : 'a';
      const changed = `${message.slice(0, index)}${char}${message.slice(index + 1)}`;
      expect(await isProofOf(wallet, KEY, { message: changed, signature }), changed).toBe(false);
    }
  });

  it('is none with one digit of its signature changed, wherever', async () => {
    const { message, signature } = await proof();
    for (let index = 2; index < signature.length; index++) {
      const digit = signature[index] === '0' ? '1' : '0';
      const changed = `${signature.slice(0, index)}${digit}${signature.slice(index + 1)}`;
      expect(await isProofOf(wallet, KEY, { message, signature: changed }), changed).toBe(false);
    }
  });

  const changes: [string, (message: string) => string][] = [
    ['names another key', (message) => message.replace(KEY, OTHER)],
    ['names another key as well', (message) => `${message}\n- ${deviceKeyResource(OTHER)}`],
    ['names the key twice', (message) => `${message}\n- ${deviceKeyResource(KEY)}`],
    ['names the key in a longer word', (message) => `${message}x`],
    ['names no key', (message) => message.replace(/\nResources:[\s\S]*$/, '')],
    [
      'names the key in its statement',
      (message) => message.replace(/\nResources:[\s\S]*$/, '').replace('Sign in.', `- ${deviceKeyResource(KEY)}`),
    ],
    ['has a line before it', (message) => `hello\n${message}`],
    ['has a line after it', (message) => `${message}\nhello`],
    ['has an empty line after it', (message) => `${message}\n`],
    ['has a line between', (message) => message.replace('\nVersion', '\nX: y\nVersion')],
    ['has lines that end as on Windows', (message) => message.replaceAll('\n', '\r\n')],
    ['has its fields in another order', (message) => message.replace(/(Chain ID: .*)\n(Nonce: .*)/, '$2\n$1')],
    ['is of another version', (message) => message.replace('Version: 1', 'Version: 2')],
    ['has no URI', (message) => message.replace(/URI: .*\n/, '')],
    ['is for another address', (message) => message.replace(account.address, stranger.address)],
    [
      'names its address in the statement',
      (message) => message.replace(account.address, stranger.address).replace('Sign in.', account.address),
    ],
    ['is too long', (message) => message.replace('Sign in.', 'x'.repeat(5_000))],
    ['is nothing', () => ''],
  ];
  it.each(changes)('is none where the message %s, though it is signed', async (_what, change) => {
    expect(await isProofOf(wallet, KEY, await proof(change))).toBe(false);
  });

  it.each<[string, (message: string) => Promise<string>]>([
    ['of somebody else', (message) => stranger.signMessage({ message })],
    ['of the bytes without the prefix of EIP-191', (message) => account.sign({ hash: keccak256(toBytes(message)) })],
    ['all zeros', async () => `0x${'0'.repeat(130)}`],
    ['all ones', async () => `0x${'f'.repeat(130)}`],
    ['too short', async (message) => (await account.signMessage({ message })).slice(0, -2)],
    ['too long', async (message) => `${await account.signMessage({ message })}00`],
    ['nothing', async () => ''],
  ])('is none with a signature %s', async (_what, sign) => {
    const { message } = await proof();
    expect(await isProofOf(wallet, KEY, { message, signature: await sign(message) })).toBe(false);
  });

  it('is none where the server sends anything else', async () => {
    for (const value of [undefined, null, 5, {}, { message: 5, signature: 5 }]) {
      expect(await isProofOf(wallet, KEY, value as unknown as DeviceProof)).toBe(false);
    }
  });
});
