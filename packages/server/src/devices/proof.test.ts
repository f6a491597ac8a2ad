import { deviceKeyResource } from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import { deviceProof, devicePublicKey, ethereumAccount, type ProofFields } from '../testing/device-keys.ts';
import { proofCheck } from './proof.ts';

const { account, wallet } = ethereumAccount();
const stranger = ethereumAccount();
const publicKey = devicePublicKey();
const other = devicePublicKey();
const check = proofCheck({ walletSignIn: true, walletDomains: ['loopback', 'rtc.example.com'] });
const refused = (code: string) => expect.objectContaining({ code });

describe('the proof of a device key, really signed', () => {
  it('[DV4] is that of any earlier sign-in, however long ago', async () => {
    await check(wallet, publicKey, await deviceProof(account, publicKey));
    const notYet = { notBefore: new Date('2999-01-01T00:00:00Z') };
    await check(wallet, publicKey, await deviceProof(account, publicKey, notYet));
  });

  it('[DV4] may have other resources beside the key, and any statement', async () => {
    const resources = ['https://rtc.example.com/terms', deviceKeyResource(publicKey), 'ipfs://abc'];
    const statement = 'Resources: - anypath:device-key:x';
    await check(wallet, publicKey, await deviceProof(account, publicKey, { resources, statement }));
  });

  it.each<[string, ProofFields]>([
    ['another key', { resources: [deviceKeyResource(other)] }],
    ['this key and another one', { resources: [deviceKeyResource(publicKey), deviceKeyResource(other)] }],
    ['this key in a longer word', { resources: [`${deviceKeyResource(publicKey)}x`] }],
    ['no resources', { resources: [] }],
    ['the key in its statement alone', { resources: [], statement: `- ${deviceKeyResource(publicKey)}` }],
    ['another address', { address: stranger.account.address }],
    ['another domain', { domain: 'evil.example.com', uri: 'https://evil.example.com' }],
    ['the right domain and another URI', { domain: 'rtc.example.com', uri: 'https://evil.example.com' }],
  ])('[DV4] is refused where the message names %s', async (_what, fields) => {
    const proof = await deviceProof(account, publicKey, fields);
    await expect(check(wallet, publicKey, proof)).rejects.toEqual(refused('signature_invalid'));
  });

  it('[DV4] may be of any domain where wallets do not sign in here', async () => {
    const foreign = await deviceProof(account, publicKey, {
      domain: 'app.example.com',
      uri: 'https://app.example.com',
    });
    await proofCheck({ walletSignIn: false, walletDomains: ['loopback'] })(wallet, publicKey, foreign);
    await expect(check(wallet, publicKey, foreign)).rejects.toEqual(refused('signature_invalid'));
  });

  it('[DV4] is refused where somebody else has signed, or something else was signed', async () => {
    const proof = await deviceProof(account, publicKey);
    const { message } = proof;
    for (const signature of [
      await stranger.account.signMessage({ message }),
      await account.signMessage({ message: `${message}\n` }),
      (await deviceProof(account, other)).signature,
      `0x${'0'.repeat(130)}`,
      `0x${'f'.repeat(130)}`,
    ]) {
      await expect(check(wallet, publicKey, { message, signature })).rejects.toEqual(refused('signature_invalid'));
    }
    await expect(check(stranger.wallet, publicKey, proof)).rejects.toEqual(refused('signature_invalid'));
    const checksummed = account.address;
    await expect(check(checksummed, publicKey, proof)).rejects.toEqual(refused('signature_invalid'));
  });

  it.each<[string, (message: string) => string]>([
    ['empty', () => ''],
    ['any text', () => 'hello'],
    ['with a line more', (message) => `${message}\nhello`],
    ['with a line before', (message) => `hello\n${message}`],
    ['of another version', (message) => message.replace('Version: 1', 'Version: 2')],
  ])('[DV4] is refused where the message is %s', async (_what, change) => {
    const message = change((await deviceProof(account, publicKey)).message);
    const signature = await account.signMessage({ message });
    await expect(check(wallet, publicKey, { message, signature })).rejects.toEqual(refused('invalid_payload'));
  });
});
