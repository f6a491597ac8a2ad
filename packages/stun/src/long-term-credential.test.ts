import { describe, expect, it } from 'vitest';
import { ATTRIBUTE } from './attributes.ts';
import { METHOD } from './header.ts';
import { LongTermCredential } from './long-term-credential.ts';
import { type AttributeWriter, attribute, createMessage, readAttribute } from './message.ts';
import { PASSWORD_ALGORITHM } from './password-algorithms.ts';
import { decodeMessage, encodeMessage } from './wire.ts';

const none = new Uint8Array(0);
const SHA256 = { algorithm: PASSWORD_ALGORITHM.sha256, parameters: none };
const MD5 = { algorithm: PASSWORD_ALGORITHM.md5, parameters: none };
/** Security feature bit 0, "password algorithms", is set. */
const NONCE_WITH_ALGORITHMS = 'obMatJos2gAAAnonce';

const realm = attribute(ATTRIBUTE.realm, 'example.org');
const nonce = (text: string) => attribute(ATTRIBUTE.nonce, text);
const challenge = (...attributes: AttributeWriter[]) =>
  decodeMessage(encodeMessage(createMessage(METHOD.allocate, 'error', attributes)));
const credential = () => new LongTermCredential({ username: 'alice', credential: 'wonderland' });
const requestOf = (given: LongTermCredential) => createMessage(METHOD.allocate, 'request', given.attributes);

describe('the long-term credential', () => {
  it('adds nothing before the first challenge', () => {
    expect(credential()).toMatchObject({ attributes: [], key: undefined });
  });

  it('answers with user name, realm and nonce, and SHA-1 where no algorithms are offered', () => {
    const given = credential();
    given.answer(challenge(realm, nonce('abc')));
    const request = requestOf(given);
    expect(readAttribute(request, ATTRIBUTE.username)).toBe('alice');
    expect(readAttribute(request, ATTRIBUTE.realm)).toBe('example.org');
    expect(readAttribute(request, ATTRIBUTE.nonce)).toBe('abc');
    expect(readAttribute(request, ATTRIBUTE.passwordAlgorithm)).toBeUndefined();
    expect(given.key?.algorithm).toBe('sha1');
  });

  it.each([
    ['SHA-256 where it is offered', [MD5, SHA256], SHA256, 32],
    ['MD5 where only that is offered', [MD5], MD5, 16],
  ])('chooses %s and repeats the offer', (_, offered, chosen, keyBytes) => {
    const given = credential();
    given.answer(challenge(realm, nonce(NONCE_WITH_ALGORITHMS), attribute(ATTRIBUTE.passwordAlgorithms, offered)));
    const request = requestOf(given);
    const algorithms = (list: readonly { algorithm: number }[] | undefined) => list?.map(({ algorithm }) => algorithm);
    expect(algorithms(readAttribute(request, ATTRIBUTE.passwordAlgorithm))).toEqual([chosen.algorithm]);
    expect(algorithms(readAttribute(request, ATTRIBUTE.passwordAlgorithms))).toEqual(algorithms(offered));
    expect(given.key).toMatchObject({ algorithm: 'sha256', bytes: { length: keyBytes } });
  });

  it.each([
    ['a challenge without a nonce', [realm], 'malformed'],
    ['a challenge that hides the algorithms its nonce promises', [realm, nonce(NONCE_WITH_ALGORITHMS)], 'malformed'],
    [
      'an offer of unknown algorithms',
      [
        realm,
        nonce(NONCE_WITH_ALGORITHMS),
        attribute(ATTRIBUTE.passwordAlgorithms, [{ algorithm: 9, parameters: none }]),
      ],
      'unsupported',
    ],
  ])('refuses %s', (_, attributes, code) => {
    expect(() => credential().answer(challenge(...attributes))).toThrow(expect.objectContaining({ code }));
  });

  it('takes a success that is protected with its key, and an error that is not protected at all', () => {
    const given = credential();
    given.answer(challenge(realm, nonce('abc')));
    const answer = (kind: 'success' | 'error', key = given.key) =>
      decodeMessage(encodeMessage(createMessage(METHOD.allocate, kind, []), { key }));
    const wrong = { algorithm: 'sha1', bytes: Buffer.from('another') } as const;
    expect(given.accepts(answer('success'))).toBe(true);
    expect(given.accepts(answer('success', wrong))).toBe(false);
    expect(given.accepts(decodeMessage(encodeMessage(createMessage(METHOD.allocate, 'success', []))))).toBe(false);
    expect(given.accepts(decodeMessage(encodeMessage(createMessage(METHOD.allocate, 'error', []))))).toBe(true);
    expect(given.accepts(answer('error', wrong))).toBe(false);
  });
});
