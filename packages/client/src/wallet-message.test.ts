import { describe, expect, it } from 'vitest';
import { hexOf, walletMessage } from './wallet-message.ts';

const ADDRESS = '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2';
const offer = {
  nonce: '32891756abcdef01',
  expiresAt: Date.parse('2026-03-01T12:05:00.000Z'),
  domains: ['app.example.com'],
  chainIds: [1],
};
const fields = { address: ADDRESS, chainId: 1, origin: 'https://app.example.com' };

describe('the message that a wallet signs', () => {
  it('has every line of EIP-4361, by the server’s clock', () => {
    expect(walletMessage({ ...fields, statement: 'Sign in to the demo.' }, offer)).toBe(
      [
        'app.example.com wants you to sign in with your Ethereum account:',
        ADDRESS,
        '',
        'Sign in to the demo.',
        '',
        'URI: https://app.example.com',
        'Version: 1',
        'Chain ID: 1',
        'Nonce: 32891756abcdef01',
        'Issued At: 2026-03-01T12:00:00.000Z',
        'Expiration Time: 2026-03-01T12:05:00.000Z',
      ].join('\n'),
    );
  });

  it('binds the key of a device among its resources', () => {
    const message = walletMessage({ ...fields, deviceKey: 'KEY' }, offer);
    expect(message).toBe(`${walletMessage(fields, offer)}\nResources:\n- anypath:device-key:KEY`);
  });

  it('keeps the empty line of a statement that is not there', () => {
    expect(walletMessage(fields, offer)).toContain(`${ADDRESS}\n\n\nURI: `);
  });

  it.each(['http://localhost:5173', 'http://127.0.0.1:3000', 'http://[::1]:3000', 'http://app.localhost'])(
    'may be for %s where the server means every name of this machine',
    (origin) => {
      expect(walletMessage({ ...fields, origin }, { ...offer, domains: ['loopback'] })).toContain(`URI: ${origin}\n`);
    },
  );

  it.each([
    ['https://evil.example.com', offer.domains],
    ['https://app.example.com:8443', offer.domains],
    ['https://localhost.example.com', ['loopback']],
    ['https://127.0.0.1.example.com', ['loopback']],
  ])('is not made for %s where the server signs in for %j', (origin, domains) => {
    const make = () => walletMessage({ ...fields, origin }, { ...offer, domains });
    expect(make).toThrow(expect.objectContaining({ code: 'forbidden' }));
    expect(make).toThrow(new URL(origin).host);
  });

  it.each(['two\nlines', 'acentuación', ''])('has no statement such as %j', (statement) => {
    const make = () => walletMessage({ ...fields, statement }, offer);
    expect(make).toThrow(expect.objectContaining({ code: 'invalid_payload' }));
  });

  it('is handed to the wallet as the bytes of its UTF-8', () => {
    expect(hexOf('aé\n')).toBe('0x61c3a90a');
  });
});
