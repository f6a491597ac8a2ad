import * as v from 'valibot';

/** One setting: the environment variable, what it may hold, its default and what it is for. */
export interface Setting<T> {
  readonly doc: string;
  /** What it may hold, to complete "it may be …". */
  readonly may: string;
  /** The text that stands for an unset variable. */
  readonly fallback: string;
  readonly secret?: true;
  readonly schema: v.GenericSchema<string, T>;
}

const setting = <T>(row: Setting<T>): Setting<T> => row;

const wholeNumber = (min: number, max: number) =>
  v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.transform(Number), v.minValue(min), v.maxValue(max));

const list = <T>(item: v.GenericSchema<string, T>) =>
  v.pipe(
    v.string(),
    v.transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    ),
    v.array(item),
  );

const stunUri = v.pipe(v.string(), v.regex(/^stuns?:[^\s/?#,]+$/));
const turnUri = v.pipe(v.string(), v.regex(/^turns?:[^\s/?#,]+(\?transport=(udp|tcp))?$/));
const origin = v.pipe(
  v.string(),
  v.url(),
  v.check((text) => new URL(text).origin === text),
);

/** Every setting of the server. Nothing else reads the environment. */
export const SETTINGS = {
  HOST: setting({
    doc: 'Address to listen on.',
    may: 'an address of this machine or a host name, such as 127.0.0.1, 0.0.0.0 or ::',
    fallback: '127.0.0.1',
    schema: v.pipe(v.string(), v.regex(/^[\w.:-]+$/)),
  }),
  PORT: setting({
    doc: 'TCP port to listen on; 0 takes a free one.',
    may: 'a whole number from 0 to 65535',
    fallback: '3000',
    schema: wholeNumber(0, 65_535),
  }),
  DATA_DIR: setting({
    doc: 'Folder for the database and the generated coturn configuration. Made where it is missing.',
    may: 'a path',
    fallback: '.data',
    schema: v.pipe(v.string(), v.minLength(1)),
  }),
  ALLOWED_ORIGINS: setting({
    doc: 'Origins of pages on other hosts that may use this server, comma-separated. The page of the server itself always may.',
    may: 'a list of origins such as https://app.example.com, without a path',
    fallback: '',
    schema: list(origin),
  }),
  JWT_SECRET: setting({
    doc: 'Secret of the tokens (HS256; `sub` is the wallet). Set it to accept tokens of your own backend; unset, one is generated and kept in DATA_DIR.',
    may: 'a text of at least 32 bytes',
    fallback: '',
    secret: true,
    schema: v.pipe(
      v.string(),
      v.check((text) => text === '' || Buffer.byteLength(text) >= 32),
    ),
  }),
  DEV_SIGN_IN: setting({
    doc: 'Development sign-in: any name, no proof. `auto` offers it where HOST is a loopback address.',
    may: 'auto, on (only where HOST is a loopback address) or off',
    fallback: 'auto',
    schema: v.picklist(['auto', 'on', 'off']),
  }),
  TURN_SECRET: setting({
    doc: "coturn's static-auth-secret. With TURN_URIS it selects a coturn of your own instead of the managed one.",
    may: 'a text of at least 16 characters, not containing a comma or whitespace',
    fallback: '',
    secret: true,
    schema: v.pipe(v.string(), v.regex(/^$|^[^\s,]{16,}$/)),
  }),
  TURN_URIS: setting({
    doc: 'Addresses of that coturn, comma-separated.',
    may: 'a list such as turn:turn.example.com:3478?transport=udp,turns:turn.example.com:443?transport=tcp',
    fallback: '',
    schema: list(turnUri),
  }),
  TURN_CRED_TTL: setting({
    doc: 'Lifetime of TURN credentials, seconds.',
    may: 'a whole number from 30 to 86400',
    fallback: '600',
    schema: wholeNumber(30, 86_400),
  }),
  TURN_STUN_FALLBACK: setting({
    doc: 'STUN servers placed first in the list, comma-separated, so that TURN is used only where it is needed.',
    may: 'a list such as stun:stun.example.com:3478',
    fallback: '',
    schema: list(stunUri),
  }),
  COTURN: setting({
    doc: 'The managed coturn: `auto` starts turnserver where it is on the PATH and TURN_URIS is not set.',
    may: 'auto or off',
    fallback: 'auto',
    schema: v.picklist(['auto', 'off']),
  }),
  COTURN_PORT: setting({
    doc: 'Port of the managed coturn, UDP and TCP; 0 takes 3478, or a free one where that is taken.',
    may: 'a whole number from 0 to 65535',
    fallback: '0',
    schema: wholeNumber(0, 65_535),
  }),
  COTURN_HOST: setting({
    doc: 'Name or address at which clients reach the managed coturn; HOST where it is empty. Needed where HOST is 0.0.0.0 or ::.',
    may: 'a host name or an address',
    fallback: '',
    schema: v.pipe(v.string(), v.regex(/^[\w.:-]*$/)),
  }),
  COTURN_RELAY_PORTS: setting({
    doc: 'UDP ports on which the managed coturn relays.',
    may: 'a range of at least 16 ports such as 49152-49407',
    fallback: '49152-49407',
    schema: v.pipe(
      v.string(),
      v.regex(/^\d{1,5}-\d{1,5}$/),
      v.transform((text) => {
        const [min = 0, max = 0] = text.split('-').map(Number);
        return { min, max };
      }),
      v.check(({ min, max }) => min >= 1024 && max <= 65_535 && max - min >= 15),
    ),
  }),
  LOG_LEVEL: setting({
    doc: 'The least important level that is logged.',
    may: 'fatal, error, warn, info, debug, trace or silent',
    fallback: 'info',
    schema: v.picklist(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  }),
  LOG_FORMAT: setting({
    doc: 'Logs go to standard error: `json` one object a line, `pretty` for people, `auto` pretty on a terminal.',
    may: 'auto, json or pretty',
    fallback: 'auto',
    schema: v.picklist(['auto', 'json', 'pretty']),
  }),
} as const;

/** Name of a setting. */
export type SettingName = keyof typeof SETTINGS;
