import { describe, expect, it } from 'vitest';
import { ConfigError, describeConfig, readConfig, SETTINGS } from './index.ts';

describe('the configuration', () => {
  it('has a default for every setting', () => {
    expect(readConfig({})).toMatchObject({ HOST: '127.0.0.1', PORT: 3000, devSignIn: true });
  });

  it.each([
    [{ PORT: '99999' }, 'PORT is "99999"; it may be a whole number from 0 to 65535.'],
    [{ PORT: '3000x' }, 'PORT is "3000x"'],
    [{ JWT_SECRET: 'short' }, 'JWT_SECRET is a secret of 5 characters; it may be a text of at least 32 bytes.'],
    [{ TURN_URIS: 'http://turn' }, 'TURN_URIS is "http://turn"'],
    [{ TURN_URIS: 'turn:a:3478' }, 'TURN_SECRET is empty'],
    [{ TURN_SECRET: 'x'.repeat(16) }, 'TURN_URIS is empty'],
    [{ COTURN_RELAY_PORTS: '5000-4000' }, 'COTURN_RELAY_PORTS is "5000-4000"'],
    [{ ALLOWED_ORIGINS: 'https://a.example/path' }, 'ALLOWED_ORIGINS'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL is "loud"'],
    [{ HOST: '0.0.0.0', DEV_SIGN_IN: 'on' }, 'DEV_SIGN_IN is "on"; it may be auto or off while HOST is 0.0.0.0'],
  ])('refuses %j with a sentence that names the setting', (env, sentence) => {
    expect(() => readConfig(env)).toThrow(ConfigError);
    expect(() => readConfig(env)).toThrow(sentence);
  });

  it('never shows a secret', () => {
    const env = { JWT_SECRET: 'j'.repeat(40), TURN_SECRET: 'bad secret!!', TURN_URIS: 'turn:a' };
    expect(describeConfig(env)).not.toContain(env.JWT_SECRET);
    expect(() => readConfig(env)).toThrow(/^(?!.*bad secret)/);
    expect(describeConfig({})).toContain('PORT');
  });

  it('counts an empty variable as unset', () => {
    expect(readConfig({ PORT: '' }).PORT).toBe(3000);
  });

  it('offers the development sign-in on loopback only', () => {
    expect(readConfig({ HOST: '::1' }).devSignIn).toBe(true);
    expect(readConfig({ HOST: '127.9.9.9' }).devSignIn).toBe(true);
    expect(readConfig({ HOST: '0.0.0.0' }).devSignIn).toBe(false);
    expect(readConfig({ HOST: 'rtc.example.com' }).devSignIn).toBe(false);
    expect(readConfig({ DEV_SIGN_IN: 'off' }).devSignIn).toBe(false);
  });

  it('describes every setting', () => {
    for (const setting of Object.values(SETTINGS)) expect(setting.doc.length + setting.may.length).toBeGreaterThan(20);
  });
});
