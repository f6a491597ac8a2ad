import { Aes128Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { describe, expect, it } from 'vitest';
import { concat } from './bytes.ts';
import { FrugalHkdf } from './hkdf.ts';
import { envelopeSuite, suite } from './hpke.ts';

const hex = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
const toHex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** RFC 9180, appendix A.1.3: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, auth mode. */
const A13 = {
  info: hex('4f6465206f6e2061204772656369616e2055726e'),
  ikmE: hex('6e6d8f200ea2fb20c30b003a8b4f433d2f4ed4c2658d5bc8ce2fef718059c9f7'),
  ikmR: hex('f1d4a30a4cef8d6d4e3b016e6fd3799ea057db4f345472ed302a67ce1c20cdec'),
  ikmS: hex('94b020ce91d73fca4649006c7e7329a67b40c55e9e93cc907d282bbbff386f58'),
  pkRm: '1632d5c2f71c2b38d0a8fcc359355200caa8b1ffdf28618080466c909cb69b2e',
  pkSm: '8b0c70873dc5aecb7f9ee4e62406a397b350e57012be45cf53b7105ae731790b',
  enc: '23fb952571a14a25e3d678140cd0e5eb47a0961bb18afcf85896e5453c312e76',
  plaintext: hex('4265617574792069732074727574682c20747275746820626561757479'),
  aad: hex('436f756e742d30'),
  ciphertext: '5fd92cc9d46dbf8943e72a07e42f363ed5f721212cd90bcfd072bfd9f44e06b80fd17824947496e21b680c141b',
  exports: {
    '': '28c70088017d70c896a8420f04702c5a321d9cbf0279fba899b59e51bac72c85',
    '00': '25dfc004b0892be1888c3914977aa9c9bbaf2c7471708a49e1195af48a6f29ce',
    '54657374436f6e74657874': '5a0131813abc9a522cad678eb6bafaabc43389934adb8097d23c5ff68059eb64',
  },
};

describe('HPKE in auth mode', () => {
  it.each([HkdfSha256, FrugalHkdf])(
    'gives what RFC 9180 A.1.3 has, sealed, opened and exported, with %o',
    async (Kdf) => {
      const ofVector = new CipherSuite({
        kem: new DhkemX25519HkdfSha256(),
        kdf: new Kdf(),
        aead: new Aes128Gcm(),
      });
      const { info, plaintext, aad } = A13;
      const [recipient, sender] = [
        await ofVector.kem.deriveKeyPair(A13.ikmR),
        await ofVector.kem.deriveKeyPair(A13.ikmS),
      ];
      expect(toHex(await ofVector.kem.serializePublicKey(recipient.publicKey))).toBe(A13.pkRm);
      expect(toHex(await ofVector.kem.serializePublicKey(sender.publicKey))).toBe(A13.pkSm);
      const ends = { recipientPublicKey: recipient.publicKey, senderKey: sender, info };
      const sealing = await ofVector.createSenderContext({ ...ends, ekm: A13.ikmE });
      expect(toHex(sealing.enc)).toBe(A13.enc);
      expect(toHex(await sealing.seal(plaintext, aad))).toBe(A13.ciphertext);
      const opening = await ofVector.createRecipientContext({
        recipientKey: recipient,
        enc: hex(A13.enc),
        senderPublicKey: sender.publicKey,
        info,
      });
      expect(new Uint8Array(await opening.open(hex(A13.ciphertext), aad))).toEqual(plaintext);
      for (const [context, value] of Object.entries(A13.exports)) {
        expect(toHex(await sealing.export(hex(context), 32))).toBe(value);
        expect(toHex(await opening.export(hex(context), 32))).toBe(value);
      }
    },
  );

  it.each([
    ['suite', suite],
    ['suite for envelopes', envelopeSuite],
  ])("with anypath's %s is opened by RFC 9180 written out by hand, again and again", async (_name, own) => {
    for (let turn = 0; turn < 3; turn++) await isOpenedByHand(own);
  });
});

async function isOpenedByHand(own: CipherSuite): Promise<void> {
  const [recipient, sender] = [await own.kem.deriveKeyPair(A13.ikmR), await own.kem.deriveKeyPair(A13.ikmS)];
  const { info, plaintext, aad } = A13;
  const ends = { recipientPublicKey: recipient.publicKey, senderKey: sender, info };
  const context = await own.createSenderContext(ends);
  const { key, nonce, exporter } = await openingKeys(recipient, sender.publicKey, new Uint8Array(context.enc), info);
  const aes = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']);
  const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: aad };
  const opened = await crypto.subtle.decrypt(algorithm, aes, await context.seal(plaintext, aad));
  expect(new Uint8Array(opened)).toEqual(plaintext);
  // LabeledExpand of one block: HMAC(prk, labeled_info || 1).
  const exported = await hmac(exporter, concat(labeledInfo(HPKE, 'sec', hex('00'), 32), Uint8Array.of(1)));
  expect(toHex(await context.export(hex('00'), 32))).toBe(toHex(exported.buffer));
}

type Bytes = Uint8Array<ArrayBuffer>;
const latin1 = (text: string): Bytes => Uint8Array.from(text, (char) => char.charCodeAt(0));
/** RFC 9180, 4.1 and 5.1: the suite_id of DHKEM(X25519, HKDF-SHA256), and that of the whole suite with AES-256-GCM. */
const KEM = latin1('KEM\x00\x20');
const HPKE = latin1('HPKE\x00\x20\x00\x01\x00\x02');
const none = new Uint8Array();

const labeledIkm = (id: Bytes, label: string, ikm: Bytes): Bytes => concat(latin1('HPKE-v1'), id, latin1(label), ikm);
const labeledInfo = (id: Bytes, label: string, info: Bytes, length: number): Bytes =>
  concat(Uint8Array.of(0, length), latin1('HPKE-v1'), id, latin1(label), info);

async function hmac(key: Bytes, text: Bytes): Promise<Bytes> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, text));
}

async function hkdf(salt: Bytes, ikm: Bytes, info: Bytes, length: number): Promise<Bytes> {
  const key = await crypto.subtle.importKey('raw', ikm, 'HKDF', false, ['deriveBits']);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt, info }, key, 8 * length));
}

/** RFC 9180, 4.1 (AuthDecap) and 5.1 (KeySchedule in mode 2), step by step. */
async function openingKeys(recipient: CryptoKeyPair, sender: CryptoKey, enc: Bytes, info: Bytes) {
  const raw = async (key: CryptoKey) => new Uint8Array(await crypto.subtle.exportKey('raw', key));
  const dh = async (key: CryptoKey) =>
    new Uint8Array(await crypto.subtle.deriveBits({ name: 'X25519', public: key }, recipient.privateKey, 256));
  const ephemeral = await crypto.subtle.importKey('raw', enc, 'X25519', true, []);
  const kemContext = concat(enc, await raw(recipient.publicKey), await raw(sender));
  const agreed = labeledIkm(KEM, 'eae_prk', concat(await dh(ephemeral), await dh(sender)));
  const shared = await hkdf(none, agreed, labeledInfo(KEM, 'shared_secret', kemContext, 32), 32);
  const pskIdHash = await hmac(new Uint8Array(32), labeledIkm(HPKE, 'psk_id_hash', none));
  const infoHash = await hmac(new Uint8Array(32), labeledIkm(HPKE, 'info_hash', info));
  const schedule = concat(Uint8Array.of(2), pskIdHash, infoHash);
  const expand = (label: string, length: number) =>
    hkdf(shared, labeledIkm(HPKE, 'secret', none), labeledInfo(HPKE, label, schedule, length), length);
  return { key: await expand('key', 32), nonce: await expand('base_nonce', 12), exporter: await expand('exp', 32) };
}
