import * as v from 'valibot';
import { isLoopback } from './loopback.ts';
import { SETTINGS, type Setting, type SettingName } from './settings.ts';

type Values = { readonly [N in SettingName]: (typeof SETTINGS)[N] extends Setting<infer T> ? T : never };

/** What the server runs with: every setting, parsed, and what follows from them. */
export interface Config extends Values {
  /** Whether the development sign-in is served. */
  readonly devSignIn: boolean;
  /** Whether Bearer tokens are accepted, on the routes of BEARER_ROUTE_WHITELIST. */
  readonly bearer: boolean;
  /** Whether wallets may sign in. */
  readonly walletSignIn: boolean;
  /** The domains that a wallet's message may name (EIP-4361 `domain`, with its port); `loopback` stands for every name of this machine. */
  readonly walletDomains: readonly string[];
  /** Whether cookies are for https alone. */
  readonly secureCookies: boolean;
}

/** A setting that cannot be used. The message names it, what it holds and what it may hold. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const names = Object.keys(SETTINGS) as SettingName[];

/**
 * Reads the settings.
 *
 * @param env the environment
 * @returns the configuration, frozen
 * @throws ConfigError for the first setting that cannot be used
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const values = Object.fromEntries(names.map((name) => [name, parsed(name, env[name])])) as unknown as Values;
  refuseContradictions(values);
  const isLocal = isLocalOnly(values);
  if (values.DEV_SIGN_IN === 'on' && !isLocal) {
    throw refused(
      'DEV_SIGN_IN',
      'on',
      'auto or off while others can reach this server (HOST, PUBLIC_URL, TRUST_PROXY)',
    );
  }
  const isDevelopment = values.DEV_SIGN_IN !== 'off' && isLocal;
  const walletDomains = domainsOf(values, isLocal);
  if (values.WALLET_SIGN_IN === 'true' && walletDomains.length === 0) {
    throw refused('WALLET_SIGN_IN', 'true', 'auto or false while neither PUBLIC_URL nor ALLOWED_ORIGINS is set');
  }
  return Object.freeze({
    ...values,
    devSignIn: isDevelopment,
    bearer: values.ALLOW_BEARER_AUTH === 'auto' ? isDevelopment : values.ALLOW_BEARER_AUTH === 'true',
    walletSignIn: values.WALLET_SIGN_IN !== 'false' && walletDomains.length > 0,
    walletDomains,
    secureCookies: values.PUBLIC_URL.startsWith('https:'),
  });
}

/** Half of a day: an answer of Twilio is shared for the other half. */
const TWILIO_MAX_TTL = 43_200;

/** Settings that are in order one by one, and not together. */
function refuseContradictions(values: Values): void {
  // Several nodes share both or neither: what one of them alone remembers would be lost for the others.
  together(values, 'BUS_URL', ['STORE_URL']);
  together(values, 'TURN_URIS', ['TURN_SECRET']);
  together(values, 'TURN_SECRET', ['TURN_URIS']);
  together(values, 'COTURN_URL', ['COTURN_USERNAME', 'COTURN_PASSWORD']);
  together(values, 'PUBLIC_TURN_URIS', ['PUBLIC_TURN_USERNAME', 'PUBLIC_TURN_PASSWORD']);
  together(values, 'CLOUDFLARE_TURN_KEY_ID', ['CLOUDFLARE_TURN_API_TOKEN']);
  if (values.TWILIO_AUTH_TOKEN === '') together(values, 'TWILIO_ACCOUNT_SID', ['TWILIO_API_KEY', 'TWILIO_API_SECRET']);
  if (values.ICE_CACHE_MAX_AGE >= values.TURN_CRED_TTL) {
    throw refused(
      'ICE_CACHE_MAX_AGE',
      String(values.ICE_CACHE_MAX_AGE),
      `less than TURN_CRED_TTL, ${values.TURN_CRED_TTL}`,
    );
  }
  if (values.TWILIO_ACCOUNT_SID !== '' && values.TURN_CRED_TTL > TWILIO_MAX_TTL) {
    throw refused(
      'TURN_CRED_TTL',
      String(values.TURN_CRED_TTL),
      `at most ${TWILIO_MAX_TTL} with Twilio, whose credentials live for a day`,
    );
  }
  const needed = {
    twilio: 'TWILIO_ACCOUNT_SID',
    cloudflare: 'CLOUDFLARE_TURN_KEY_ID',
    public: 'PUBLIC_TURN_URIS',
  } as const;
  const { RTC_PROVIDER } = values;
  if (RTC_PROVIDER !== '' && RTC_PROVIDER !== 'coturn' && values[needed[RTC_PROVIDER]].length === 0) {
    throw refused(
      needed[RTC_PROVIDER],
      '',
      `${SETTINGS[needed[RTC_PROVIDER]].may}, because RTC_PROVIDER is ${RTC_PROVIDER}`,
    );
  }
}

/** Where one is set, the others must be. */
function together(values: Values, name: SettingName, needed: readonly SettingName[]): void {
  if (values[name].toString() === '') return;
  for (const other of needed) {
    if (values[other].toString() === '') throw refused(other, '', `${SETTINGS[other].may}, because ${name} is set`);
  }
}

/** Whether only this machine can reach the server: on loopback, and no proxy in front of it. */
function isLocalOnly({ HOST, PUBLIC_URL, TRUST_PROXY }: Values): boolean {
  const isPublished = PUBLIC_URL !== '' && !isLoopback(new URL(PUBLIC_URL).hostname.replace(/^\[|\]$/g, ''));
  return isLoopback(HOST) && !isPublished && TRUST_PROXY.length === 0;
}

function domainsOf({ PUBLIC_URL, ALLOWED_ORIGINS }: Values, isLocal: boolean): string[] {
  const pages = [PUBLIC_URL, ...ALLOWED_ORIGINS].filter(Boolean).map((url) => new URL(url).host);
  return [...new Set([...pages, ...(isLocal ? ['loopback'] : [])])];
}

function parsed(name: SettingName, given: string | undefined): unknown {
  const { schema, fallback, may } = SETTINGS[name];
  // An empty variable counts as unset, as compose files and shells write it.
  const text = given === undefined || given === '' ? fallback : given;
  const result = v.safeParse(schema as v.GenericSchema<string, unknown>, text);
  if (!result.success) throw refused(name, text, may);
  return result.output;
}

function refused(name: SettingName, text: string, may: string): ConfigError {
  return new ConfigError(`${name} is ${text === '' ? 'empty' : shown(name, text)}; it may be ${may}.`);
}

const isSecret = (name: SettingName): boolean => (SETTINGS[name] as Setting<unknown>).secret === true;

/** A value as people may see it: secrets are masked, long ones are cut. */
function shown(name: SettingName, text: string): string {
  if (isSecret(name)) return `a secret of ${text.length} characters`;
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/**
 * What is in force, for people: one line a setting, secrets masked.
 *
 * @param env the environment that `readConfig` was given
 */
export function describeConfig(env: Readonly<Record<string, string | undefined>>): string {
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => {
    const given = env[name];
    const isSet = given !== undefined && given !== '';
    const text = isSet ? given : SETTINGS[name].fallback;
    const value = isSecret(name) && isSet ? '(set, hidden)' : text === '' ? '(empty)' : text;
    return `${name.padEnd(width)}  ${value}${isSet ? '' : '  (default)'}`;
  });
  return lines.join('\n');
}
