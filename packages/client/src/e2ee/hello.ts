import { toBase64Url } from '@anypath/protocol';
import { ByteReader, concat, isSame } from './bytes.ts';
import { makeKeyPair } from './device-key.ts';
import { KEY_BYTES, KEY_ID_BYTES, TAG_BYTES } from './hpke.ts';
import { PACKET, SESSION_ID_BYTES } from './packet.ts';

/** Bytes of a welcome, see `answerHello`. */
export const WELCOME_BYTES = 1 + SESSION_ID_BYTES + KEY_ID_BYTES + KEY_BYTES + TAG_BYTES;
const nothing = new Uint8Array();

/** A hello that waits for its welcome. */
export interface PendingHello {
  /** 16 random bytes that name the session, and the ephemeral public key, 32 bytes. */
  readonly hello: Uint8Array<ArrayBuffer>;
  /** Cannot be exported, and is dropped with this object. */
  readonly ephemeral: CryptoKeyPair;
}

/** A new session's name and ephemeral key. The hello goes into an envelope, which says who it is from. */
export async function sayHello(): Promise<PendingHello> {
  const ephemeral = await makeKeyPair();
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', ephemeral.publicKey));
  return { hello: concat(crypto.getRandomValues(new Uint8Array(SESSION_ID_BYTES)), publicKey), ephemeral };
}

/** What a welcome says in clear: which session, and which device answered. `undefined` where it is none. */
export function readWelcome(
  welcome: Uint8Array<ArrayBuffer>,
): { sessionId: Uint8Array<ArrayBuffer>; keyId: string } | undefined {
  if (welcome.byteLength !== WELCOME_BYTES || welcome[0] !== PACKET.welcome) return undefined;
  const reader = new ByteReader(welcome.subarray(1));
  const sessionId = reader.take(SESSION_ID_BYTES) ?? nothing;
  return { sessionId, keyId: toBase64Url(reader.take(KEY_ID_BYTES) ?? nothing) };
}

/** Whether a welcome answers a hello. */
export const answers = (sessionId: Uint8Array, { hello }: PendingHello): boolean =>
  isSame(sessionId, hello.subarray(0, SESSION_ID_BYTES));
