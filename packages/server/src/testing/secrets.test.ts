import { describe, expect, it } from 'vitest';
import { Secrets } from './secrets.ts';

describe('[S2.6] the check of every test that nothing secret was logged', () => {
  const answer = (body: unknown, headers = {}) =>
    new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json', ...headers } });

  it('finds a secret setting, each of two', () => {
    const secrets = new Secrets({ TURN_SECRET: 'the-new-secret,the-old-secret', PORT: '12345678' });
    expect(() => secrets.refuseIn([{ port: '12345678' }])).not.toThrow();
    expect(() => secrets.refuseIn([{ a: { b: 'x the-old-secret x' } }])).toThrow('TURN_SECRET');
  });

  it('finds what was issued: credentials, tokens, cookies', async () => {
    const secrets = new Secrets({});
    const iceServers = [{ urls: 'turn:a', username: '17:alice-in-the-log', credential: 'a-credential' }];
    await secrets.learn(answer({ iceServers }, { 'set-cookie': 'session=a-cookie-value; HttpOnly' }));
    expect(() => secrets.refuseIn([{ wallet: 'alice' }])).not.toThrow();
    for (const [line, kind] of [
      ['a-credential', 'credential'],
      ['17:alice-in-the-log', 'username'],
      ['a-cookie-value', 'cookie'],
    ])
      expect(() => secrets.refuseIn([{ msg: line }])).toThrow(kind);
  });
});
