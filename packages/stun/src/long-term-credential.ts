import { ATTRIBUTE } from './attributes.ts';
import { StunError } from './errors.ts';
import { hasIntegrity, type IntegrityKey, longTermKey } from './integrity.ts';
import { type AttributeWriter, attribute, type ReceivedMessage, readAttribute } from './message.ts';
import { PASSWORD_ALGORITHM, type PasswordAlgorithm } from './password-algorithms.ts';

/** What a TURN server knows a user by. */
export interface TurnCredentials {
  readonly username: string;
  /** The password, as `RTCIceServer.credential` holds it. */
  readonly credential: string;
}

/** What the server asked for, and the key that answers it. */
interface Challenge {
  readonly key: IntegrityKey;
  readonly attributes: readonly AttributeWriter[];
}

/** A nonce that begins with this has security feature bits behind it, as base64 (RFC 8489 section 9.2). */
const NONCE_COOKIE = 'obMatJos2';
const FEATURE_CHARACTERS = 4;
const FEATURE_PASSWORD_ALGORITHMS = 0x80;

/** The long-term credential mechanism (RFC 8489 section 9.2): answers challenges and checks what the server protects. */
export class LongTermCredential {
  readonly #credentials: TurnCredentials;
  #challenge: Challenge | undefined;

  constructor(credentials: TurnCredentials) {
    this.#credentials = credentials;
  }

  /** What a request must carry; nothing before the first challenge. */
  get attributes(): readonly AttributeWriter[] {
    return this.#challenge?.attributes ?? [];
  }

  /** What a request is protected with; nothing before the first challenge. */
  get key(): IntegrityKey | undefined {
    return this.#challenge?.key;
  }

  /**
   * Takes over realm and nonce of a 401 or 438.
   *
   * @throws StunError `malformed` where it has none, or hides the algorithms that its nonce promises (a bid-down attack),
   *   and `unsupported` where it offers none that is known
   */
  answer(challenge: ReceivedMessage): void {
    const realm = readAttribute(challenge, ATTRIBUTE.realm);
    const nonce = readAttribute(challenge, ATTRIBUTE.nonce);
    if (realm === undefined || nonce === undefined) {
      throw new StunError('malformed', 'the server asks for credentials without a realm and a nonce');
    }
    const offered = offeredAlgorithms(challenge, nonce);
    const chosen = offered && choose(offered);
    const { username, credential } = this.#credentials;
    const bytes = longTermKey(
      chosen?.algorithm === PASSWORD_ALGORITHM.sha256 ? 'sha256' : 'md5',
      username,
      realm,
      credential,
    );
    this.#challenge = {
      key: { algorithm: chosen ? 'sha256' : 'sha1', bytes },
      attributes: [
        attribute(ATTRIBUTE.username, username),
        attribute(ATTRIBUTE.realm, realm),
        attribute(ATTRIBUTE.nonce, nonce),
        ...(offered && chosen
          ? [attribute(ATTRIBUTE.passwordAlgorithms, offered), attribute(ATTRIBUTE.passwordAlgorithm, [chosen])]
          : []),
      ],
    };
  }

  /**
   * Whether an answer may be used (RFC 8489 section 9.2.5). A success must be protected with the key. An error need not be:
   * only who sees the request could forge it, and could as well drop the request.
   */
  readonly accepts = (message: ReceivedMessage): boolean => {
    const key = this.#challenge?.key;
    if (key === undefined || hasIntegrity(message, key)) return true;
    return message.class === 'error' && message.integrity.length === 0;
  };
}

function offeredAlgorithms(challenge: ReceivedMessage, nonce: string): readonly PasswordAlgorithm[] | undefined {
  if (!nonce.startsWith(NONCE_COOKIE)) return undefined;
  const encoded = nonce.slice(NONCE_COOKIE.length, NONCE_COOKIE.length + FEATURE_CHARACTERS);
  const [features = 0] = Buffer.from(encoded, 'base64');
  if ((features & FEATURE_PASSWORD_ALGORITHMS) === 0) return undefined;
  const offered = readAttribute(challenge, ATTRIBUTE.passwordAlgorithms);
  if (!offered) throw new StunError('malformed', 'the nonce promises PASSWORD-ALGORITHMS, which is missing');
  return offered;
}

function choose(offered: readonly PasswordAlgorithm[]): PasswordAlgorithm {
  const of = (wanted: number) => offered.find(({ algorithm }) => algorithm === wanted);
  const chosen = of(PASSWORD_ALGORITHM.sha256) ?? of(PASSWORD_ALGORITHM.md5);
  if (!chosen) throw new StunError('unsupported', 'the server offers no known password algorithm');
  return chosen;
}
