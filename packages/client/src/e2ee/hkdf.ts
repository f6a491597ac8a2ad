import { HkdfSha256 } from '@hpke/core';

type Input = ArrayBufferLike | ArrayBufferView;

/** Bytes of one block of HKDF-SHA256: all that HPKE derives here is no longer. */
const BLOCK_BYTES = 32;
const HMAC = { name: 'HMAC', hash: 'SHA-256', length: 8 * BLOCK_BYTES };

/**
 * HKDF-SHA256 (RFC 5869) for HPKE with one info, with less work: the digests of the info and of the PSK's name, which are the same each time,
 * are made once, and the three secrets of a key schedule are expanded from one extract. Calls of WebCrypto are what an envelope costs.
 */
export class FrugalHkdf extends HkdfSha256 {
  /** By label and input; neither is secret (RFC 9180, 5.1: `psk_id_hash` and `info_hash`). */
  readonly #digests = new Map<string, Promise<ArrayBuffer>>();
  readonly #extracts = new WeakMap<object, { readonly ikm: Input; readonly key: Promise<CryptoKey> }>();

  override labeledExtract(salt: Input, label: Uint8Array, ikm: Uint8Array): Promise<ArrayBuffer> {
    if (salt.byteLength > 0) return super.labeledExtract(salt, label, ikm);
    const name = `${label} ${ikm}`;
    const digest = this.#digests.get(name) ?? super.labeledExtract(salt, label, ikm);
    this.#digests.set(name, digest);
    return digest;
  }

  override async extractAndExpand(salt: Input, ikm: Input, info: Input, length: number): Promise<ArrayBuffer> {
    if (length > BLOCK_BYTES) return super.extractAndExpand(salt, ikm, info, length);
    const block = await crypto.subtle.sign('HMAC', await this.#extract(salt, ikm), blockOf(info));
    return block.slice(0, length);
  }

  /** The pseudorandom key of a salt, a shared secret, for as long as that object lives. */
  #extract(salt: Input, ikm: Input): Promise<CryptoKey> {
    const known = this.#extracts.get(salt);
    if (known?.ikm === ikm) return known.key;
    const key = this.extract(salt, ikm).then((prk) => crypto.subtle.importKey('raw', prk, HMAC, false, ['sign']));
    this.#extracts.set(salt, { ikm, key });
    return key;
  }
}

/** The input of HKDF-Expand's first block (RFC 5869, 2.3): the info and the byte 1. */
function blockOf(info: Input): Uint8Array<ArrayBuffer> {
  const view = ArrayBuffer.isView(info)
    ? new Uint8Array(info.buffer, info.byteOffset, info.byteLength)
    : new Uint8Array(info);
  const block = new Uint8Array(view.byteLength + 1);
  block.set(view);
  block[view.byteLength] = 1;
  return block;
}
