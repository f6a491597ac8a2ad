import { PROVIDERS, SOCKET_ROUTE, Wallet } from '@anypath/protocol';
import * as v from 'valibot';
import { canonicalWallet, compiled, isProxyList, pricesOf, turnUrisOf } from './setting-texts.ts';

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

const httpUrl = v.pipe(
  v.string(),
  v.check((text) => text === '' || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))),
  v.transform((text) => text.replace(/\/+$/, '')),
);
const text = v.string();
const PRICE = new RegExp(`^(${PROVIDERS.join('|')})=\\d{1,6}(\\.\\d{1,6})?$`);
const boolean = v.pipe(
  v.picklist(['true', 'false']),
  v.transform((value) => value === 'true'),
);
const onOff = v.picklist(['auto', 'true', 'false']);

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
  STORE_URL: setting({
    doc: 'MongoDB for everything that must last, shared by all nodes; where it is empty, SQLite in DATA_DIR, for one node.',
    may: 'a URL such as mongodb://db1,db2,db3/anypath?replicaSet=rs0',
    fallback: '',
    secret: true,
    schema: v.pipe(v.string(), v.regex(/^$|^mongodb(\+srv)?:\/\/\S+$/)),
  }),
  BUS_URL: setting({
    doc: 'Redis, over which several nodes work as one: who is online, signals and frames between nodes, rate limits. One node needs none.',
    may: 'a URL such as redis://redis:6379 or rediss://user:password@redis:6380',
    fallback: '',
    secret: true,
    schema: v.pipe(v.string(), v.regex(/^$|^rediss?:\/\/\S+$/)),
  }),
  NODE_NAME: setting({
    doc: 'Name of this node, unlike that of any other. Connection identifiers begin with it, so that the front finds the node of a long-polling client. Made up at each start where it is empty.',
    may: 'at most 32 letters, digits and "-"',
    fallback: '',
    schema: v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{0,32}$/)),
  }),
  ALLOWED_ORIGINS: setting({
    doc: 'Origins of pages on other hosts that may use this server, comma-separated. The page of the server itself always may.',
    may: 'a list of origins such as https://app.example.com, without a path',
    fallback: '',
    schema: list(origin),
  }),
  PUBLIC_URL: setting({
    doc: 'Where clients find this server. Its host is the domain that a wallet sign-in names, and https makes cookies secure.',
    may: 'a URL such as https://rtc.example.com',
    fallback: '',
    schema: httpUrl,
  }),
  TRUST_PROXY: setting({
    doc: 'Proxies whose X-Forwarded-For is believed, comma-separated. Without them every client behind a proxy counts as one address.',
    may: 'a list of addresses and networks such as 10.0.0.5,192.168.0.0/16, or loopback, linklocal, uniquelocal',
    fallback: '',
    schema: v.pipe(list(v.string()), v.check(isProxyList)),
  }),
  METRICS_TOKEN: setting({
    doc: 'Bearer token for /metrics. Unset, /metrics answers this machine alone.',
    may: 'a text of at least 16 characters',
    fallback: '',
    secret: true,
    schema: v.pipe(v.string(), v.regex(/^$|^\S{16,}$/)),
  }),
  ADMIN_WALLETS: setting({
    doc: 'Wallets that may see the operations page (/ops), comma-separated. Nobody where it is empty.',
    may: 'a list of wallets such as 0x1234567890abcdef1234567890abcdef12345678,alice',
    fallback: '',
    schema: list(v.pipe(Wallet, v.transform(canonicalWallet))),
  }),
  RELAY_PRICE_PER_GB: setting({
    doc: 'What a gigabyte of relayed traffic costs at each TURN provider, in whatever currency, for the estimate of the cost.',
    may: `a list such as twilio=0.40,coturn=0.01, of ${PROVIDERS.join(', ')}`,
    fallback: '',
    schema: v.pipe(list(v.pipe(v.string(), v.regex(PRICE))), v.transform(pricesOf)),
  }),
  JWT_SECRET: setting({
    doc: 'Secret of the tokens that your own backend issues (JWT, HS256; `sub` is the wallet, `exp` is required).',
    may: 'a text of at least 32 bytes',
    fallback: '',
    secret: true,
    schema: v.pipe(
      v.string(),
      v.check((text) => text === '' || Buffer.byteLength(text) >= 32),
    ),
  }),
  JWKS_URL: setting({
    doc: 'Where the public keys of your token issuer are (RFC 7517), for tokens signed with RS256, PS256, ES256 or EdDSA.',
    may: 'a URL such as https://login.example.com/.well-known/jwks.json',
    fallback: '',
    schema: httpUrl,
  }),
  JWT_ISSUER: setting({
    doc: 'What `iss` of those tokens must be; unset, it is not checked.',
    may: 'a text other than anypath, which names the sessions of this server',
    fallback: '',
    schema: v.pipe(v.string(), v.notValue('anypath')),
  }),
  JWT_AUDIENCE: setting({
    doc: 'What `aud` of those tokens must name; unset, it is not checked.',
    may: 'a text',
    fallback: '',
    schema: text,
  }),
  SESSION_COOKIE: setting({
    doc: 'Name of the cookie with the session. A backend of your own on the same site may set it to a token of its own.',
    may: 'a cookie name',
    fallback: 'anypath_session',
    schema: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
  }),
  SESSION_TTL: setting({
    doc: 'Lifetime of a session that this server opens, seconds.',
    may: 'a whole number from 60 to 2592000',
    fallback: '43200',
    schema: wholeNumber(60, 2_592_000),
  }),
  ALLOW_BEARER_AUTH: setting({
    doc: "Whether `Authorization: Bearer` and a token in the socket's handshake are accepted. `auto` accepts them where the development sign-in is served.",
    may: 'auto, true or false',
    fallback: 'auto',
    schema: onOff,
  }),
  BEARER_ROUTE_WHITELIST: setting({
    doc: `Routes that accept them, where they are accepted: a regular expression (RE2 syntax) for the path. The socket counts as ${SOCKET_ROUTE}.`,
    may: 'a regular expression of RE2: without look-around and back-references',
    fallback: '^/api/(?:v1/)?(?:relay|signal|rtc)(?:/.*)?$',
    schema: v.pipe(v.string(), v.maxLength(1000), v.rawTransform(compiled)),
  }),
  WALLET_SIGN_IN: setting({
    doc: 'Sign-in with an Ethereum wallet (EIP-4361). `auto` offers it where there is a domain that it may name: of PUBLIC_URL and ALLOWED_ORIGINS, or HOST on loopback.',
    may: 'auto, true or false',
    fallback: 'auto',
    schema: onOff,
  }),
  WALLET_CHAIN_IDS: setting({
    doc: 'Chains that such a message may name, comma-separated.',
    may: 'a list of EIP-155 chain identifiers such as 1,137',
    fallback: '1',
    schema: list(wholeNumber(1, 999_999_999)),
  }),
  DEV_SIGN_IN: setting({
    doc: 'Development sign-in: any name, no proof. `auto` offers it where HOST is a loopback address.',
    may: 'auto, on (only where HOST is a loopback address) or off',
    fallback: 'auto',
    schema: v.picklist(['auto', 'on', 'off']),
  }),
  CONTACTS: setting({
    doc: 'Who may see and signal whom: `mutual` contacts, or `everyone` who is signed in, for applications that decide elsewhere; contacts and blocks count for nothing then.',
    may: 'mutual or everyone',
    fallback: 'mutual',
    schema: v.picklist(['mutual', 'everyone']),
  }),
  HIDE_HOST_CANDIDATES: setting({
    doc: 'Privacy: passes on relay candidates alone, so that nobody learns the address of the other side. Nothing is direct then.',
    may: 'true or false',
    fallback: 'false',
    schema: boolean,
  }),
  RTC_SIGNAL_LEGACY_ENABLED: setting({
    doc: 'Whether the deprecated events are served: `signal`, `presence`, `user_connected`, `user_disconnected`.',
    may: 'true or false',
    fallback: 'true',
    schema: boolean,
  }),
  MAILBOX_TTL: setting({
    doc: 'How long a message waits in a mailbox at most, seconds; senders may ask for less.',
    may: 'a whole number from 1 to 31536000',
    fallback: '2592000',
    schema: wholeNumber(1, 31_536_000),
  }),
  MAILBOX_MAX_MESSAGES: setting({
    doc: 'Messages that wait for one wallet at most.',
    may: 'a whole number from 1 to 999999999',
    fallback: '20000',
    schema: wholeNumber(1, 999_999_999),
  }),
  MAILBOX_MAX_BYTES: setting({
    doc: 'Bytes of the messages that wait for one wallet at most.',
    may: 'a whole number from 1 to 999999999',
    fallback: '134217728',
    schema: wholeNumber(1, 999_999_999),
  }),
  RTC_PROVIDER: setting({
    doc: `The only provider to use. Unset, all that are configured are used, in this order: ${PROVIDERS.join(', ')}; the next where one fails.`,
    may: PROVIDERS.join(', '),
    fallback: '',
    schema: v.picklist(['', ...PROVIDERS]),
  }),
  TURN_SECRET: setting({
    doc: "coturn's static-auth-secret, or two while it is changed (new,old). With TURN_URIS it selects a coturn of your own instead of the managed one.",
    may: 'one or two texts of at least 16 characters, separated by a comma, without whitespace',
    fallback: '',
    secret: true,
    schema: v.pipe(
      v.string(),
      v.regex(/^$|^[^\s,]{16,}(,[^\s,]{16,})?$/),
      v.transform((both) => both.split(',').filter(Boolean)),
    ),
  }),
  TURN_URIS: setting({
    doc: 'Addresses of that coturn, or of several that share the secret, comma-separated.',
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
  COTURN_URL: setting({
    doc: 'A coturn with fixed credentials: its host name, from which UDP 3478, TCP 3478 and 80, TLS 443 and 5349 follow, or TURN URIs, comma-separated.',
    may: 'a host name such as turn.example.com, or a list such as turn:turn.example.com:3478',
    fallback: '',
    schema: v.pipe(v.string(), v.transform(turnUrisOf), v.array(turnUri)),
  }),
  COTURN_USERNAME: setting({ doc: 'User name at that coturn.', may: 'a text', fallback: '', schema: text }),
  COTURN_PASSWORD: setting({
    doc: 'Password at that coturn.',
    may: 'a text',
    fallback: '',
    secret: true,
    schema: text,
  }),
  TWILIO_ACCOUNT_SID: setting({
    doc: 'Account of Twilio Network Traversal. Needs TWILIO_API_KEY and TWILIO_API_SECRET, or TWILIO_AUTH_TOKEN.',
    may: 'AC and 32 hexadecimal digits',
    fallback: '',
    schema: v.pipe(v.string(), v.regex(/^$|^AC[0-9a-fA-F]{32}$/)),
  }),
  TWILIO_API_KEY: setting({
    doc: 'API key of that account.',
    may: 'SK and 32 hexadecimal digits',
    fallback: '',
    schema: v.pipe(v.string(), v.regex(/^$|^SK[0-9a-fA-F]{32}$/)),
  }),
  TWILIO_API_SECRET: setting({
    doc: 'Secret of that API key.',
    may: 'a text',
    fallback: '',
    secret: true,
    schema: text,
  }),
  TWILIO_AUTH_TOKEN: setting({
    doc: 'Auth token of that account.',
    may: 'a text',
    fallback: '',
    secret: true,
    schema: text,
  }),
  TWILIO_REGION: setting({
    doc: "Region of Twilio's API: `ie1` uses https://ie1.api.twilio.com; any other, or none, https://api.twilio.com.",
    may: 'a region such as ie1 or us1',
    fallback: '',
    schema: v.pipe(v.string(), v.regex(/^[a-z0-9-]*$/)),
  }),
  TWILIO_API_URL: setting({
    doc: "Base URL of Twilio's API instead, for a gateway of your own in between.",
    may: 'a URL',
    fallback: '',
    schema: httpUrl,
  }),
  CLOUDFLARE_TURN_KEY_ID: setting({
    doc: 'Key of Cloudflare Realtime TURN. Needs CLOUDFLARE_TURN_API_TOKEN.',
    may: 'letters, digits, "-" and "_"',
    fallback: '',
    schema: v.pipe(v.string(), v.regex(/^[\w-]*$/)),
  }),
  CLOUDFLARE_TURN_API_TOKEN: setting({
    doc: 'API token of that key.',
    may: 'a text',
    fallback: '',
    secret: true,
    schema: text,
  }),
  CLOUDFLARE_API_URL: setting({
    doc: 'Base URL of its API, for a gateway of your own in between.',
    may: 'a URL',
    fallback: 'https://rtc.live.cloudflare.com',
    schema: httpUrl,
  }),
  PUBLIC_TURN_URIS: setting({
    doc: 'Any other TURN servers, used last, comma-separated. Off unless it is set.',
    may: 'a list such as turn:relay.example.net:3478',
    fallback: '',
    schema: list(turnUri),
  }),
  PUBLIC_TURN_USERNAME: setting({ doc: 'User name at those servers.', may: 'a text', fallback: '', schema: text }),
  PUBLIC_TURN_PASSWORD: setting({
    doc: 'Password at those servers.',
    may: 'a text',
    fallback: '',
    secret: true,
    schema: text,
  }),
  TURN_PROBE_INTERVAL: setting({
    doc: 'Seconds between two probes of each STUN and TURN address; 0 turns probing off, and every address counts as working.',
    may: 'a whole number from 0 to 60',
    fallback: '3',
    schema: wholeNumber(0, 60),
  }),
  ICE_CACHE_MAX_AGE: setting({
    doc: 'Seconds for which a browser may keep an answer with ICE servers; 0 forbids it.',
    may: 'a whole number, less than TURN_CRED_TTL',
    fallback: '0',
    schema: wholeNumber(0, 86_400),
  }),
  ICE_RATE_LIMIT: setting({
    doc: 'ICE requests a minute for each wallet.',
    may: 'a whole number from 1 to 999999999',
    fallback: '10',
    schema: wholeNumber(1, 999_999_999),
  }),
  CHECK_PUBLIC: setting({
    doc: 'Whether anybody may run the connectivity check (/check, `anypath doctor`) without signing in. It hands out credentials of a minute for a coturn with a shared secret, and few of them.',
    may: 'true or false',
    fallback: 'false',
    schema: boolean,
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
