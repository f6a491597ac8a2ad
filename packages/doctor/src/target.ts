import { createHmac } from 'node:crypto';
import { parseIceUri, type TurnCredentials } from '@anypath/stun';

/** What the doctor is asked to look at. */
export type Target =
  | {
      readonly kind: 'server';
      readonly url: URL;
      /** A Bearer token, where there is one. */
      readonly token: string | undefined;
    }
  | { readonly kind: 'turn'; readonly uris: readonly string[]; readonly access: TurnAccess };

/** How to get into a TURN server without a service that issues credentials. */
export type TurnAccess =
  | { readonly by: 'secret'; readonly secret: string }
  | { readonly by: 'password'; readonly username: string; readonly password: string };

/** An argument that cannot be used. The message is one line, names the argument and says why; it repeats no secret. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

/**
 * The server of a URL.
 *
 * @throws ArgumentError
 */
export function serverTarget(text: string, token: string | undefined): Target {
  if (!URL.canParse(text)) throw new ArgumentError(`URL: ${quoted(text)} is not a URL; write https://rtc.example.com.`);
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol))
    throw new ArgumentError(`URL: ${quoted(text)} does not begin with https:// or http://.`);
  if (url.username !== '' || url.password !== '')
    throw new ArgumentError('URL: leave the name and the password out; use --token.');
  if (token !== undefined && !/^[\x21-\x7e]{1,8192}$/.test(token)) {
    throw new ArgumentError('--token: a token has no spaces, line breaks or letters outside of ASCII.');
  }
  return { kind: 'server', url, token };
}

/**
 * TURN servers alone.
 *
 * @throws ArgumentError
 */
export function turnTarget(uris: readonly string[], access: TurnAccess): Target {
  for (const uri of uris) requireTurnUri(uri, '--turn');
  const words =
    access.by === 'secret'
      ? { '--secret': access.secret }
      : { '--username': access.username, '--password': access.password };
  for (const [option, word] of Object.entries(words)) {
    if (word === '') throw new ArgumentError(`${option}: it is empty.`);
    // coturn reads its secret from one line of a file, without what is around it.
    if (/[\r\n]/.test(word)) throw new ArgumentError(`${option}: it has a line break; give it without.`);
  }
  return { kind: 'turn', uris, access };
}

/** A STUN server elsewhere. @throws ArgumentError */
export function referenceUri(uri: string): string {
  requireUri(uri, '--reference');
  return uri;
}

function requireTurnUri(uri: string, option: string): void {
  requireUri(uri, option);
  if (!/^turns?:/i.test(uri)) throw new ArgumentError(`${option}: ${quoted(uri)} is not a turn: or turns: URI.`);
  if (parseIceUri(uri).transport === 'dtls') {
    throw new ArgumentError(
      `${option}: ${quoted(uri)} asks for TURN over DTLS, which browsers do not have; leave ?transport=udp out.`,
    );
  }
}

function requireUri(uri: string, option: string): void {
  try {
    parseIceUri(uri);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ArgumentError(`${option}: ${quoted(uri)} is ${why}.`);
  }
}

const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);

/** Long enough for the longest run. */
const LIFETIME_SECONDS = 60;

/**
 * Credentials for a TURN server: signed with its secret (draft-uberti-behave-turn-rest-00), or as they are.
 *
 * @param nowMs Unix time
 * @param user whom the server counts them for, where it has a secret
 */
export function credentialsOf(access: TurnAccess, nowMs: number, user = 'doctor'): TurnCredentials {
  if (access.by === 'password') return { username: access.username, credential: access.password };
  const username = `${Math.ceil(nowMs / 1000) + LIFETIME_SECONDS}:${user}`;
  return { username, credential: createHmac('sha1', access.secret).update(username).digest('base64') };
}
