import { DhkemX25519HkdfSha256, type SenderContextParams } from '@hpke/core';

/**
 * DHKEM(X25519, HKDF-SHA256) for one message after the other, with less to wait for. The bytes of a public key are asked for once, for as long as
 * the key lives: HPKE wants those of the sender and of the recipient each time. The ephemeral key of the next message is made while this one is
 * sealed; each is used once. And the two agreements of auth mode (RFC 9180, 4.1) are made at the same time.
 */
export class FrugalKem extends DhkemX25519HkdfSha256 {
  readonly #serialize: (key: CryptoKey) => Promise<ArrayBuffer>;
  readonly #agree: (privateKey: CryptoKey, publicKey: CryptoKey) => Promise<ArrayBuffer>;
  /** Agreements with the sender's own key that are under way, by the recipient's key; each is taken once. */
  readonly #early = new WeakMap<CryptoKey, { readonly by: CryptoKey; readonly bits: Promise<ArrayBuffer> }>();
  #next: Promise<CryptoKeyPair> | undefined;

  constructor() {
    super();
    const primitives = this._prim;
    const bytes = new WeakMap<CryptoKey, Promise<ArrayBuffer>>();
    const serialize = primitives.serializePublicKey.bind(primitives);
    this.#serialize = (key) => {
      const known = bytes.get(key) ?? serialize(key);
      bytes.set(key, known);
      return known;
    };
    primitives.serializePublicKey = this.#serialize;
    this.#agree = primitives.dh.bind(primitives);
    primitives.dh = (privateKey, publicKey) => {
      const early = this.#early.get(publicKey);
      if (early?.by !== privateKey) return this.#agree(privateKey, publicKey);
      this.#early.delete(publicKey);
      return early.bits;
    };
  }

  override encap(params: SenderContextParams): Promise<{ sharedSecret: ArrayBuffer; enc: ArrayBuffer }> {
    const { senderKey, recipientPublicKey } = params;
    if (senderKey && 'privateKey' in senderKey) {
      const by = senderKey.privateKey;
      const bits = this.#agree(by, recipientPublicKey);
      // Where it fails, whoever takes it hears of it.
      bits.catch(() => undefined);
      this.#early.set(recipientPublicKey, { by, bits });
    }
    return super.encap(params);
  }

  override generateKeyPair(): Promise<CryptoKeyPair> {
    const pair = this.#next ?? super.generateKeyPair();
    this.#next = undefined;
    pair.then(
      () => this.#prepare(),
      () => undefined,
    );
    return pair;
  }

  #prepare(): void {
    if (this.#next) return;
    this.#next = super.generateKeyPair();
    this.#next.then(({ publicKey }) => this.#serialize(publicKey)).catch(() => undefined);
  }
}
