import { describe, expect, it } from 'vitest';
import { ArgumentError, credentialsOf, referenceUri, serverTarget, turnTarget } from './target.ts';

const secret = { by: 'secret', secret: 'north' } as const;

describe('an argument that cannot be used', () => {
  it.each([
    ['a URL that is not one', () => serverTarget('rtc.example.com', undefined), /^URL: "rtc.example.com" is not a URL/],
    ['another scheme', () => serverTarget('ftp://example.com', undefined), /^URL: .*https:\/\//],
    ['a URL with a password', () => serverTarget('https://a:b@example.com', undefined), /^URL: leave the name/],
    ['a token with a line break', () => serverTarget('https://example.com', 'ab\nc'), /^--token: /],
    [
      'a TURN URI with a typo',
      () => turnTarget(['turn:host:port'], secret),
      /^--turn: "turn:host:port" is not a STUN or TURN URI/,
    ],
    ['a port that there is not', () => turnTarget(['turn:host:99999'], secret), /^--turn: .*65535/],
    ['STUN where TURN is meant', () => turnTarget(['stun:host'], secret), /^--turn: .*not a turn: or turns: URI/],
    ['TURN over DTLS', () => turnTarget(['turns:host?transport=udp'], secret), /^--turn: .*DTLS/],
    [
      'a secret with a line break',
      () => turnTarget(['turn:host'], { by: 'secret', secret: 'no\nrth' }),
      /^--secret: it has a line break/,
    ],
    ['an empty secret', () => turnTarget(['turn:host'], { by: 'secret', secret: '' }), /^--secret: it is empty/],
    ['a reference that is none', () => referenceUri('example.com'), /^--reference: /],
  ])('is named in one line: %s', (_title, make, message) => {
    let thrown: unknown;
    try {
      make();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ArgumentError);
    expect((thrown as Error).message).toMatch(message);
    expect((thrown as Error).message).not.toMatch(/\n|rth|b@/);
  });
});

describe('credentials', () => {
  it('are signed with the secret, for a minute (draft-uberti-behave-turn-rest-00)', () => {
    expect(credentialsOf(secret, 1_700_000_000_000)).toEqual({
      username: '1700000060:doctor',
      credential: 'wyq8kQHYdqB0AeQKQXrGaeM3t3Q=',
    });
  });

  it('are taken as they are where they are fixed', () => {
    expect(credentialsOf({ by: 'password', username: 'a', password: 'b' }, 0)).toEqual({
      username: 'a',
      credential: 'b',
    });
  });
});
