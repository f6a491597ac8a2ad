import { DhkemX25519HkdfSha256 } from '@hpke/core';

/**
 * DHKEM(X25519, HKDF-SHA256) for one message after the other. It asks for the bytes of a public key once, for as long as the key lives: HPKE wants
 * those of the sender and of the recipient each time. And the ephemeral key of the next message is made while this one is sealed; each is used once.
 */
export class FrugalKem extends DhkemX25519HkdfSha256 {
  #next: Promise<CryptoKeyPair> | undefined;

  constructor() {
    super();
    const bytes = new WeakMap<CryptoKey, Promise<ArrayBuffer>>();
    const primitives = this._prim;
    const serialize = primitives.serializePublicKey.bind(primitives);
    primitives.serializePublicKey = (key) => {
      const known = bytes.get(key) ?? serialize(key);
      bytes.set(key, known);
      return known;
    };
  }

  override generateKeyPair(): Promise<CryptoKeyPair> {
    const pair = this.#next ?? super.generateKeyPair();
    this.#next = undefined;
    const prepare = () => {
      this.#next ??= super.generateKeyPair();
      // Where it fails, whoever takes it hears of it.
      this.#next.catch(() => undefined);
    };
    pair.then(prepare, () => undefined);
    return pair;
  }
}
