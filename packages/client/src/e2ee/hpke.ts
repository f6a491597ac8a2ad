import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { FrugalHkdf } from './hkdf.ts';
import { FrugalKem } from './kem.ts';

/** The one suite of anypath (RFC 9180, section 7): DHKEM(X25519, HKDF-SHA256) 0x0020, HKDF-SHA256 0x0001, AES-256-GCM 0x0002. */
export const suite = /* @__PURE__ */ new CipherSuite({
  kem: /* @__PURE__ */ new DhkemX25519HkdfSha256(),
  kdf: /* @__PURE__ */ new HkdfSha256(),
  aead: /* @__PURE__ */ new Aes256Gcm(),
});

/** The same suite for envelopes, whose info is always the same, and whose keys mostly are. */
export const envelopeSuite = /* @__PURE__ */ new CipherSuite({
  kem: /* @__PURE__ */ new FrugalKem(),
  kdf: /* @__PURE__ */ new FrugalHkdf(),
  aead: /* @__PURE__ */ new Aes256Gcm(),
});

/** Bytes of an X25519 public key, and of what HPKE encapsulates (`enc`). */
export const KEY_BYTES = 32;
/** Bytes of a key's name: half of its SHA-256. */
export const KEY_ID_BYTES = 16;
/** What AES-GCM adds to a text. */
export const TAG_BYTES = 16;
/** Bytes of an AES-256 key. */
export const AES_KEY_BYTES = 32;
