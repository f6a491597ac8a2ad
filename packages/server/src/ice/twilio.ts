import * as v from 'valibot';
import type { Config } from '../config.ts';
import { ask } from './ask-api.ts';
import { type CredentialApi, TurnServers } from './credential-api.ts';
import { ProviderError } from './provider-error.ts';

/** The settings of Twilio (SPEC S2.5). */
export type TwilioOptions = Pick<
  Config,
  | 'TWILIO_ACCOUNT_SID'
  | 'TWILIO_API_KEY'
  | 'TWILIO_API_SECRET'
  | 'TWILIO_AUTH_TOKEN'
  | 'TWILIO_REGION'
  | 'TWILIO_API_URL'
>;

/** 24 hours, the longest lifetime of a token (https://www.twilio.com/docs/stun-turn/api). */
const MAX_TTL = 86_400;

/** What is taken of a token; its account, user name and password stay behind. */
const Token = v.object({
  ice_servers: TurnServers,
  /** Seconds, as a text. */
  ttl: v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.transform(Number)),
  /** RFC 2822, such as `Fri, 01 May 2020 01:42:57 +0000`. */
  date_created: v.nullish(v.pipe(v.string(), v.transform(Date.parse), v.number())),
});

/**
 * Twilio Network Traversal: `POST …/Tokens.json` (https://www.twilio.com/docs/stun-turn/api).
 *
 * The credentials end `ttl` seconds after the request or after `date_created`, whichever is sooner by our clock: a gateway
 * in between may have kept the answer for a while.
 *
 * @param now Unix time, milliseconds
 */
export function twilioApi(options: TwilioOptions, now: () => number = Date.now): CredentialApi {
  const url = `${twilioBase(options)}/2010-04-01/Accounts/${options.TWILIO_ACCOUNT_SID}/Tokens.json`;
  const headers = { accept: 'application/json', authorization: authorizationOf(options) };
  return {
    name: 'twilio',
    request: async (ttlSeconds, signal) => {
      const askedAtMs = now();
      const body = new URLSearchParams({ Ttl: String(Math.min(ttlSeconds, MAX_TTL)) });
      const token = await ask({ url, headers, body, answer: Token, signal });
      const expiresAtMs = Math.min(askedAtMs, token.date_created ?? askedAtMs) + token.ttl * 1000;
      if (expiresAtMs <= now()) throw new ProviderError('expired');
      return { servers: token.ice_servers, expiresAtMs };
    },
  };
}

/** Where Twilio's API is. Regions other than `ie1` have none of their own for these tokens (SPEC S2.5). */
export function twilioBase({
  TWILIO_API_URL,
  TWILIO_REGION,
}: Pick<TwilioOptions, 'TWILIO_API_URL' | 'TWILIO_REGION'>): string {
  return TWILIO_API_URL || (TWILIO_REGION === 'ie1' ? 'https://ie1.api.twilio.com' : 'https://api.twilio.com');
}

/** HTTP Basic with the API key, which can be revoked alone, or else with the account's auth token. */
function authorizationOf(options: TwilioOptions): string {
  const { TWILIO_API_KEY: key, TWILIO_API_SECRET: secret, TWILIO_ACCOUNT_SID: account } = options;
  const login = key && secret ? `${key}:${secret}` : `${account}:${options.TWILIO_AUTH_TOKEN}`;
  return `Basic ${Buffer.from(login).toString('base64')}`;
}
