import { AnypathError, LIMITS, toBase64Url } from '@anypath/protocol';
import { ByteReader, concat, fields, isSame, utf8 } from './bytes.ts';
import { type DeviceKey, devicePublicKey, keyIdBytes } from './device-key.ts';
import { AES_KEY_BYTES, envelopeSuite, KEY_BYTES, KEY_ID_BYTES, TAG_BYTES } from './hpke.ts';
import { PACKET } from './packet.ts';

const INFO = utf8('anypath envelope 1');
const VERSION = Uint8Array.of(PACKET.envelope);
const NONCE_BYTES = 12;
const nothing = new Uint8Array();
const SEALED_KEY_BYTES = AES_KEY_BYTES + TAG_BYTES;
const RECIPIENTS_MAX = 2 * LIMITS.devicesMax;

/** A device that an envelope is sealed for. */
export interface Recipient {
  readonly keyId: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

/** What is sealed, by whom and for whom. */
interface Sealing {
  /** The device that sends. */
  readonly key: DeviceKey;
  /** Its wallet. */
  readonly from: string;
  /** The wallet that the message is for, also where a device of `from` is among the recipients. */
  readonly to: string;
  /** The message's identity: 1 to 64 letters, digits, `-` and `_`. */
  readonly id: string;
  /** 1 to 64 devices, of both wallets, that the caller trusts. */
  readonly recipients: readonly Recipient[];
  readonly content: Uint8Array<ArrayBuffer>;
}

/** What is opened, by whom, and whose it must be. */
interface Opening {
  /** The device that reads. */
  readonly key: DeviceKey;
  readonly from: string;
  readonly to: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The key of a device of `from` that the caller trusts, 32 bytes; `undefined` where it trusts none of that name. */
  senderKey(keyId: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** An envelope that was exactly right. */
export interface Opened {
  readonly id: string;
  /** The device of `from` that sealed it. */
  readonly keyId: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

/**
 * Seals a content once for several devices. The bytes, in this order:
 *
 * | bytes | what |
 * | --- | --- |
 * | 1 | version: 1 |
 * | 16 | the sender's keyId |
 * | 1, n | length of the id, the id in ASCII |
 * | 1 | how many recipients |
 * | each 16 + 32 + 48 | a recipient's keyId; `enc` and ciphertext of HPKE, auth mode (RFC 9180, 5.1.3), around the content key |
 * | 12 | nonce |
 * | rest | the content under AES-256-GCM with the content key, and its tag of 16 bytes |
 *
 * The content key is new for each envelope. HPKE's info is `anypath envelope 1`. Its additional data are fields with two bytes of length
 * before each: the version, the id, the wallet `from`, the sender's keyId, the wallet `to`, the recipient's keyId, the SHA-256 of
 * nonce and ciphertext. So a recipient, who knows the content key, cannot put another content under it for the others.
 * The additional data of the content are the header without what HPKE made: version, sender, id, count, the recipients' keyIds.
 *
 * @returns the envelope: 47 + the id + 96 for each recipient + the content, bytes
 * @throws AnypathError `no_devices` without recipients, `invalid_payload` for an id or a key that is none or more than 64 recipients
 */
export async function sealEnvelope(sealing: Sealing): Promise<Uint8Array<ArrayBuffer>> {
  const { key, id, recipients, content } = sealing;
  if (recipients.length === 0) throw new AnypathError('no_devices');
  if (recipients.length > RECIPIENTS_MAX)
    throw new AnypathError('invalid_payload', `at most ${RECIPIENTS_MAX} devices`);
  if (!isId(id)) throw new AnypathError('invalid_payload', 'an id has 1 to 64 letters, digits, "-" or "_"');
  const header: Header = {
    sender: keyIdBytes(key.keyId),
    id: utf8(id),
    recipients: recipients.map(({ keyId }) => keyIdBytes(keyId)),
  };
  const rawKey = crypto.getRandomValues(new Uint8Array(AES_KEY_BYTES));
  const setup = async ({ publicKey }: Recipient) =>
    envelopeSuite.createSenderContext({
      recipientPublicKey: await devicePublicKey(publicKey),
      senderKey: key.pair,
      info: INFO,
    });
  const [contexts, sealed] = await Promise.all([
    Promise.all(recipients.map(setup)),
    sealContent(rawKey, header, content),
  ]);
  const bind = binding(sealing, header, sealed.digest);
  const slots = await Promise.all(
    contexts.map(async (context, index) => {
      const keyId = header.recipients[index] ?? nothing;
      return [keyId, new Uint8Array(context.enc), new Uint8Array(await context.seal(rawKey, bind(keyId)))];
    }),
  );
  rawKey.fill(0);
  return concat(...start(header), ...slots.flat(), sealed.nonce, sealed.ciphertext);
}

async function sealContent(rawKey: Uint8Array<ArrayBuffer>, header: Header, content: Uint8Array<ArrayBuffer>) {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const contentKey = await crypto.subtle.importKey('raw', rawKey, 'AES-GCM', false, ['encrypt']);
  const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: contentData(header) };
  const ciphertext = new Uint8Array(await crypto.subtle.encrypt(algorithm, contentKey, content));
  return { nonce, ciphertext, digest: await digest(nonce, ciphertext) };
}

/**
 * Opens an envelope that `sealEnvelope` made for this device.
 *
 * @throws AnypathError `seal_broken` for anything that is not exactly right, whatever it is: cut off, changed, for other devices, of
 *   other wallets, from a device that is not trusted. What `senderKey` throws goes through: then nothing is known of the envelope.
 */
export async function openEnvelope(opening: Opening): Promise<Opened> {
  const parsed = parse(opening.bytes);
  const slot = parsed?.slots.find(({ keyId }) => toBase64Url(keyId) === opening.key.keyId);
  if (!parsed || !slot) throw new AnypathError('seal_broken');
  const keyId = toBase64Url(parsed.header.sender);
  const senderKey = await opening.senderKey(keyId);
  if (!senderKey) throw new AnypathError('seal_broken');
  const id = new TextDecoder().decode(parsed.header.id);
  try {
    const { header, nonce, ciphertext } = parsed;
    const senderPublicKey = await devicePublicKey(senderKey);
    const params = { recipientKey: opening.key.pair, enc: slot.enc, senderPublicKey, info: INFO };
    const [context, ciphertextDigest] = await Promise.all([
      envelopeSuite.createRecipientContext(params),
      digest(nonce, ciphertext),
    ]);
    const aad = binding({ ...opening, id }, header, ciphertextDigest)(slot.keyId);
    const rawKey = await context.open(slot.sealedKey, aad);
    const contentKey = await crypto.subtle.importKey('raw', rawKey, 'AES-GCM', false, ['decrypt']);
    const algorithm = { name: 'AES-GCM', iv: nonce, additionalData: contentData(header) };
    return { id, keyId, content: new Uint8Array(await crypto.subtle.decrypt(algorithm, contentKey, ciphertext)) };
  } catch (cause) {
    throw new AnypathError('seal_broken', undefined, { cause });
  }
}

interface Header {
  readonly sender: Uint8Array<ArrayBuffer>;
  readonly id: Uint8Array<ArrayBuffer>;
  readonly recipients: readonly Uint8Array<ArrayBuffer>[];
}

interface Slot {
  readonly keyId: Uint8Array<ArrayBuffer>;
  readonly enc: Uint8Array<ArrayBuffer>;
  readonly sealedKey: Uint8Array<ArrayBuffer>;
}

interface Parsed {
  readonly header: Header;
  readonly slots: readonly Slot[];
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly ciphertext: Uint8Array<ArrayBuffer>;
}

const isId = (text: string): boolean => /^[\w-]{1,64}$/.test(text);

const start = ({ sender, id, recipients }: Header): Uint8Array[] => [
  VERSION,
  sender,
  Uint8Array.of(id.byteLength),
  id,
  Uint8Array.of(recipients.length),
];

const contentData = (header: Header): Uint8Array<ArrayBuffer> => concat(...start(header), ...header.recipients);

const digest = async (nonce: Uint8Array, ciphertext: Uint8Array): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', concat(nonce, ciphertext)));

/** The additional data of each recipient's slot. */
const binding =
  ({ from, to, id }: Pick<Sealing, 'from' | 'to' | 'id'>, { sender }: Header, ciphertextDigest: Uint8Array) =>
  (recipient: Uint8Array): Uint8Array<ArrayBuffer> =>
    fields(VERSION, id, from, sender, to, recipient, ciphertextDigest);

function parse(bytes: Uint8Array<ArrayBuffer>): Parsed | undefined {
  const reader = new ByteReader(bytes);
  const version = reader.take(1);
  const sender = reader.take(KEY_ID_BYTES);
  const id = reader.take(reader.take(1)?.[0] ?? 0);
  const count = reader.take(1)?.[0] ?? 0;
  if (!version || !isSame(version, VERSION) || !sender || !id || !isId(new TextDecoder().decode(id))) return undefined;
  if (count < 1 || count > RECIPIENTS_MAX) return undefined;
  const slots = Array.from({ length: count }, () => parseSlot(reader)).filter((slot) => slot !== undefined);
  const nonce = reader.take(NONCE_BYTES);
  const ciphertext = reader.rest();
  if (slots.length < count || !nonce || ciphertext.byteLength < TAG_BYTES) return undefined;
  return { header: { sender, id, recipients: slots.map(({ keyId }) => keyId) }, slots, nonce, ciphertext };
}

function parseSlot(reader: ByteReader): Slot | undefined {
  const keyId = reader.take(KEY_ID_BYTES);
  const enc = reader.take(KEY_BYTES);
  const sealedKey = reader.take(SEALED_KEY_BYTES);
  return keyId && enc && sealedKey && { keyId, enc, sealedKey };
}
