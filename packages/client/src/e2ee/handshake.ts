import { AnypathError } from '@anypath/protocol';
import type { EncryptionContext } from '@hpke/core';
import { concat, fields } from './bytes.ts';
import { type DeviceKey, importPublicKey, keyIdBytes } from './device-key.ts';
import { type PendingHello, WELCOME_BYTES } from './hello.ts';
import { AES_KEY_BYTES, KEY_BYTES, suite, TAG_BYTES } from './hpke.ts';
import { HELLO_BYTES, PACKET, SESSION_ID_BYTES, TAGGED_ID_BYTES } from './packet.ts';
import { Session } from './session.ts';

const LABEL = 'anypath session 1';
const nothing = new Uint8Array();

/** The two devices of a session. */
interface Ends {
  /** The own device. */
  readonly key: DeviceKey;
  /** Its wallet. */
  readonly self: string;
  /** The other wallet. */
  readonly peer: string;
  /** The other device. */
  readonly peerKeyId: string;
  /** Its key, 32 bytes, which the caller trusts. */
  readonly peerKey: Uint8Array<ArrayBuffer>;
}

/**
 * Answers a hello: HPKE in auth mode (RFC 9180, 5.1.3) towards the ephemeral key, with the own device key as the sender's. The
 * info binds both wallets, both devices, the session's name and the ephemeral key.
 *
 * @param hello 48 bytes out of an envelope of the other device
 * @returns the session, and the welcome: kind 2, the session's name (16 bytes), the own keyId (16), `enc` (32), and the tag (16) of an
 *   empty text that HPKE sealed with what comes before as additional data, so that a changed welcome is noticed
 */
export async function answerHello(
  ends: Ends,
  hello: Uint8Array<ArrayBuffer>,
): Promise<{ session: Session; welcome: Uint8Array<ArrayBuffer> }> {
  const ephemeralKey = await importPublicKey(hello.subarray(SESSION_ID_BYTES, HELLO_BYTES));
  const context = await suite.createSenderContext({
    recipientPublicKey: ephemeralKey,
    senderKey: ends.key.pair,
    info: infoOf({ wallet: ends.peer, keyId: ends.peerKeyId }, { wallet: ends.self, keyId: ends.key.keyId }, hello),
  });
  const id = hello.subarray(0, SESSION_ID_BYTES);
  const head = concat(Uint8Array.of(PACKET.welcome), id, keyIdBytes(ends.key.keyId), new Uint8Array(context.enc));
  const welcome = concat(head, new Uint8Array(await context.seal(nothing, head)));
  return { session: await sessionOf(context, id, 'responder'), welcome };
}

/**
 * Takes the welcome to a hello.
 *
 * @param ends the two devices; `peerKey` is that of the device that the welcome names
 * @throws AnypathError `seal_broken` where that device did not make it for this hello; the hello may still be answered then
 */
export async function takeWelcome(
  ends: Ends,
  { hello, ephemeral }: PendingHello,
  welcome: Uint8Array<ArrayBuffer>,
): Promise<Session> {
  const head = welcome.subarray(0, WELCOME_BYTES - TAG_BYTES);
  try {
    const context = await suite.createRecipientContext({
      recipientKey: ephemeral,
      enc: head.subarray(-KEY_BYTES),
      senderPublicKey: await importPublicKey(ends.peerKey),
      info: infoOf({ wallet: ends.self, keyId: ends.key.keyId }, { wallet: ends.peer, keyId: ends.peerKeyId }, hello),
    });
    await context.open(welcome.subarray(head.byteLength), head);
    return await sessionOf(context, hello.subarray(0, SESSION_ID_BYTES), 'initiator');
  } catch (cause) {
    throw new AnypathError('seal_broken', undefined, { cause });
  }
}

interface End {
  readonly wallet: string;
  readonly keyId: string;
}

const infoOf = (initiator: End, responder: End, hello: Uint8Array): Uint8Array<ArrayBuffer> =>
  fields(
    LABEL,
    initiator.wallet,
    responder.wallet,
    keyIdBytes(initiator.keyId),
    keyIdBytes(responder.keyId),
    hello.subarray(0, SESSION_ID_BYTES),
    hello.subarray(SESSION_ID_BYTES),
  );

/** One key for each direction, by HPKE's export (RFC 9180, 5.3). */
async function sessionOf(
  context: EncryptionContext,
  id: Uint8Array<ArrayBuffer>,
  role: 'initiator' | 'responder',
): Promise<Session> {
  const keyFrom = async (sender: 'initiator' | 'responder') =>
    crypto.subtle.importKey('raw', await context.export(fields(LABEL, sender), AES_KEY_BYTES), 'AES-GCM', false, [
      sender === role ? 'encrypt' : 'decrypt',
    ]);
  const [initiator, responder] = await Promise.all([keyFrom('initiator'), keyFrom('responder')]);
  const [send, receive] = role === 'initiator' ? [initiator, responder] : [responder, initiator];
  return new Session({ id: id.slice(0, TAGGED_ID_BYTES), send, receive });
}
