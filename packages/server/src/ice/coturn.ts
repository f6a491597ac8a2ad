import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { ProbeTarget, Provider, Request, TurnServer } from './provider.ts';

type Credentials = Omit<TurnServer, 'url'>;

/** Where a coturn is, or several that share a secret, and that secret; two while it is changed, the new one first. */
export interface Coturn {
  readonly uris: readonly string[];
  readonly secrets: readonly string[];
}

/** Credentials are made here: there is no API that could fail, and so nothing to prepare and no breaker to open. */
const NOBODY_TO_ASK = {
  breaker: 'closed',
  start: () => undefined,
  stop: () => undefined,
} as const satisfies Partial<Provider>;

/** How long the credentials of a probe are good, seconds. Longer than any probe, and no use to anybody after it. */
const PROBE_TTL = 60;

/**
 * Credentials for coturn's `use-auth-secret` (SPEC S2.3; draft-uberti-behave-turn-rest-00, section 2.2).
 *
 * @param secret shared with coturn
 * @param wallet whom they are for
 * @param expiresAtSeconds when they end, Unix seconds
 * @returns the username `<expiry>:<wallet>`, and its HMAC-SHA1
 */
export function timedCredentials(secret: string, wallet: string, expiresAtSeconds: number): Credentials {
  const username = `${expiresAtSeconds}:${wallet || 'anon'}`;
  return { username, credential: createHmac('sha1', keyOf(secret)).update(username).digest('base64') };
}

/** The few secrets of this process as keys: to make one for each request takes longer than to sign with it. */
const keys = new Map<string, KeyObject>();

function keyOf(secret: string): KeyObject {
  const key = keys.get(secret) ?? createSecretKey(secret, 'utf8');
  keys.set(secret, key);
  return key;
}

/**
 * The operator's own coturn, by shared secret. While there are two secrets, each server gets credentials of the one that
 * it accepted last, so that they may be changed in any order on either side.
 *
 * @param coturn what holds now; the managed coturn is not always there
 */
export function coturnProvider(coturn: () => Coturn | undefined): Provider {
  const accepted = new Map<string, number>();
  return {
    ...NOBODY_TO_ASK,
    name: 'coturn',
    endsOnTime: true,
    issue: (request) => issue(coturn(), accepted, request),
    targets: (nowMs): ProbeTarget[] => {
      const { uris = [], secrets = [] } = coturn() ?? {};
      const expiry = Math.ceil(nowMs / 1000) + PROBE_TTL;
      const credentials = secrets.map((secret) => timedCredentials(secret, 'probe', expiry));
      return uris.map((url) => ({ url, credentials }));
    },
    accepted: (url, index) => void accepted.set(url, index),
  };
}

function issue(
  coturn: Coturn | undefined,
  accepted: ReadonlyMap<string, number>,
  { wallet, ttl, nowMs }: Request,
): TurnServer[] {
  if (!coturn) return [];
  // coturn reads whole seconds: rounded up, so that nothing ends before it was promised to.
  const expiry = Math.ceil(nowMs / 1000) + ttl;
  const signed: (Credentials | undefined)[] = [];
  return coturn.uris.map((url) => {
    const index = Math.min(accepted.get(url) ?? 0, coturn.secrets.length - 1);
    const credentials = signed[index] ?? timedCredentials(coturn.secrets[index] ?? '', wallet, expiry);
    signed[index] = credentials;
    return { url, username: credentials.username, credential: credentials.credential };
  });
}

/**
 * Servers with a user name and a password that do not change: a coturn with `lt-cred-mech` (SPEC S2.4), or public ones.
 */
export function fixedProvider(
  name: 'coturn' | 'public',
  urls: readonly string[],
  username: string,
  credential: string,
): Provider {
  const servers = urls.map((url) => ({ url, username, credential }));
  const targets = urls.map((url) => ({ url, credentials: [{ username, credential }] }));
  return {
    ...NOBODY_TO_ASK,
    name,
    endsOnTime: false,
    issue: () => servers,
    targets: () => targets,
    accepted: () => undefined,
  };
}
