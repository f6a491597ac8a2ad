import { describe, expect, it } from 'vitest';
import { ConfigError, describeConfig, readConfig, SETTINGS } from './index.ts';

const TWILIO = { TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'a-token' };

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
    [{ HOST: '0.0.0.0', DEV_SIGN_IN: 'on' }, 'DEV_SIGN_IN is "on"; it may be auto or off while others can'],
    [{ PUBLIC_URL: 'https://rtc.example.com', DEV_SIGN_IN: 'on' }, 'DEV_SIGN_IN is "on"'],
    [{ TURN_SECRET: `${'x'.repeat(16)},${'y'.repeat(16)},${'z'.repeat(16)}`, TURN_URIS: 'turn:a' }, 'one or two texts'],
    [{ COTURN_URL: 'turn.example.com' }, 'COTURN_USERNAME is empty'],
    [{ COTURN_URL: 'https://turn.example.com' }, 'COTURN_URL is "https://turn.example.com"'],
    [{ TWILIO_ACCOUNT_SID: 'AC1' }, 'TWILIO_ACCOUNT_SID is "AC1"; it may be AC and 32 hexadecimal digits.'],
    [{ TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}` }, 'TWILIO_API_KEY is empty'],
    [{ ...TWILIO, TURN_CRED_TTL: '80000' }, 'TURN_CRED_TTL is "80000"; it may be at most 43200 with Twilio'],
    [
      { RTC_PROVIDER: 'twilio' },
      'TWILIO_ACCOUNT_SID is empty; it may be AC and 32 hexadecimal digits, because RTC_PROVIDER',
    ],
    [{ RTC_PROVIDER: 'xirsys' }, 'RTC_PROVIDER is "xirsys"; it may be coturn, twilio, cloudflare, public.'],
    [{ ICE_CACHE_MAX_AGE: '600' }, 'ICE_CACHE_MAX_AGE is "600"; it may be less than TURN_CRED_TTL, 600'],
    [{ BEARER_ROUTE_WHITELIST: '(?=a)b' }, 'BEARER_ROUTE_WHITELIST is "(?=a)b"; it may be a regular expression of RE2'],
    [{ TRUST_PROXY: 'everybody' }, 'TRUST_PROXY is "everybody"'],
    [{ PUBLIC_URL: 'ftp://a.example' }, 'PUBLIC_URL is "ftp://a.example"'],
    [{ HOST: '0.0.0.0', WALLET_SIGN_IN: 'true' }, 'WALLET_SIGN_IN is "true"'],
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
    expect(readConfig({ PUBLIC_URL: 'https://rtc.example.com' }).devSignIn, 'behind a public name').toBe(false);
    expect(readConfig({ TRUST_PROXY: 'loopback' }).devSignIn, 'behind a proxy').toBe(false);
    expect(readConfig({ PUBLIC_URL: 'http://localhost:3000' }).devSignIn).toBe(true);
  });

  it('[S1.3] accepts Bearer by ALLOW_BEARER_AUTH, and by itself where the development sign-in is', () => {
    expect([readConfig({}).bearer, readConfig({ DEV_SIGN_IN: 'off' }).bearer]).toEqual([true, false]);
    expect(readConfig({ ALLOW_BEARER_AUTH: 'false' }).bearer).toBe(false);
    expect(readConfig({ HOST: '0.0.0.0', ALLOW_BEARER_AUTH: 'true' }).bearer).toBe(true);
    const { BEARER_ROUTE_WHITELIST: routes } = readConfig({});
    for (const path of ['/api/v1/rtc/ice', '/api/rtc/ice', '/api/relay', '/api/v1/signal'])
      expect([path, routes.test(path)]).toEqual([path, true]);
    for (const path of ['/api/ice', '/api/v1/auth/session', '/metrics', '/x/api/rtc'])
      expect([path, routes.test(path)]).toEqual([path, false]);
  });

  it('[S2.4] derives the addresses of a coturn from its name', () => {
    const coturn = { COTURN_USERNAME: 'me', COTURN_PASSWORD: 'mine' };
    const urls = (COTURN_URL: string) => readConfig({ ...coturn, COTURN_URL }).COTURN_URL;
    expect(urls('turn.example.com')).toEqual([
      'turn:turn.example.com:3478?transport=udp',
      'turn:turn.example.com:3478?transport=tcp',
      'turns:turn.example.com:443?transport=tcp',
      'turns:turn.example.com:5349?transport=tcp',
      'turn:turn.example.com:80?transport=tcp',
    ]);
    expect(urls('2001:db8::1')[0]).toBe('turn:[2001:db8::1]:3478?transport=udp');
    expect(urls('turn:a:1, turns:b:2')).toEqual(['turn:a:1', 'turns:b:2']);
  });

  it('knows the domains that a wallet may sign in to', () => {
    const origins = { ALLOWED_ORIGINS: 'https://app.example.com:8443' };
    expect(readConfig({ PUBLIC_URL: 'https://rtc.example.com/', ...origins })).toMatchObject({
      walletDomains: ['rtc.example.com', 'app.example.com:8443'],
      walletSignIn: true,
      secureCookies: true,
    });
    expect(readConfig({})).toMatchObject({ walletDomains: ['loopback'], secureCookies: false });
    expect(readConfig({ HOST: '0.0.0.0' }).walletSignIn).toBe(false);
  });

  it('describes every setting', () => {
    for (const setting of Object.values(SETTINGS)) expect(setting.doc.length + setting.may.length).toBeGreaterThan(20);
  });
});
