import * as v from 'valibot';
import type { Config } from '../config.ts';
import { ask } from './ask-api.ts';
import { type CredentialApi, TurnServers } from './credential-api.ts';

/** The settings of Cloudflare. */
export type CloudflareOptions = Pick<
  Config,
  'CLOUDFLARE_TURN_KEY_ID' | 'CLOUDFLARE_TURN_API_TOKEN' | 'CLOUDFLARE_API_URL'
>;

/** 48 hours, the longest lifetime of a credential (https://developers.cloudflare.com/realtime/turn/faq/). */
const MAX_TTL = 172_800;

/** A list, or the one entry that the older `…/credentials/generate` answers. */
const Listed = v.union([
  v.array(v.unknown()),
  v.pipe(
    v.record(v.string(), v.unknown()),
    v.transform((entry) => [entry]),
  ),
]);

const Answer = v.object({
  iceServers: v.pipe(
    Listed,
    TurnServers,
    // Browsers block port 53: such a URL only times out, and without trickle ICE everything waits for it
    // (https://developers.cloudflare.com/realtime/turn/generate-credentials/, the note on the alternate port).
    v.filterItems(({ url }) => !/:53(\?|$)/.test(url)),
    v.minLength(1),
  ),
});

/**
 * Cloudflare Realtime TURN: `POST …/credentials/generate-ice-servers`
 * (https://developers.cloudflare.com/realtime/turn/generate-credentials/). The answer does not say when the credentials
 * end, so they count as good for the lifetime that was asked for, from the request on.
 *
 * @param now Unix time, milliseconds
 */
export function cloudflareApi(options: CloudflareOptions, now: () => number = Date.now): CredentialApi {
  const key = encodeURIComponent(options.CLOUDFLARE_TURN_KEY_ID);
  const url = `${options.CLOUDFLARE_API_URL}/v1/turn/keys/${key}/credentials/generate-ice-servers`;
  const headers = {
    authorization: `Bearer ${options.CLOUDFLARE_TURN_API_TOKEN}`,
    'content-type': 'application/json',
  };
  return {
    name: 'cloudflare',
    request: async (ttlSeconds, signal) => {
      const askedAtMs = now();
      const ttl = Math.min(ttlSeconds, MAX_TTL);
      const { iceServers } = await ask({ url, headers, body: JSON.stringify({ ttl }), answer: Answer, signal });
      return { servers: iceServers, expiresAtMs: askedAtMs + ttl * 1000 };
    },
  };
}
