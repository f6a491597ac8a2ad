import * as v from 'valibot';
import { isLoopback } from './loopback.ts';
import { SETTINGS, type Setting, type SettingName } from './settings.ts';

type Values = { readonly [N in SettingName]: (typeof SETTINGS)[N] extends Setting<infer T> ? T : never };

/** What the server runs with: every setting, parsed, and what follows from them. */
export interface Config extends Values {
  /** Whether the development sign-in is served. */
  readonly devSignIn: boolean;
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
  const loopback = isLoopback(values.HOST);
  if (values.DEV_SIGN_IN === 'on' && !loopback) {
    throw refused('DEV_SIGN_IN', 'on', `auto or off while HOST is ${values.HOST}, which others can reach`);
  }
  if (values.TURN_URIS.length > 0 && values.TURN_SECRET === '') {
    throw refused('TURN_SECRET', '', `${SETTINGS.TURN_SECRET.may}, because TURN_URIS is set`);
  }
  if (values.TURN_SECRET !== '' && values.TURN_URIS.length === 0) {
    throw refused('TURN_URIS', '', `${SETTINGS.TURN_URIS.may}, because TURN_SECRET is set`);
  }
  return Object.freeze({ ...values, devSignIn: values.DEV_SIGN_IN !== 'off' && loopback });
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
