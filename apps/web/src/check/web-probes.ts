import { CheckAnswer, ErrorBody, Health, PATHS, Readiness, type RowOf, Session } from '@anypath/protocol';
import * as v from 'valibot';
import { bounded, ProbeError } from './bounded.ts';

async function asked<S extends v.GenericSchema>(
  path: string,
  schema: S,
  signal: AbortSignal,
): Promise<v.InferOutput<S>> {
  const response = await fetch(path, { signal, cache: 'no-store' });
  const body: unknown = await response.json().catch(() => undefined);
  const answer = v.safeParse(schema, body);
  if (answer.success) return answer.output;
  const error = v.safeParse(ErrorBody, body);
  throw new ProbeError(error.success ? reasonOf(error.output.error) : 'not_anypath');
}

const KNOWN = ['rate_limited', 'feature_disabled', 'ice_unavailable'] as const;
const reasonOf = (code: string) => KNOWN.find((known) => known === code) ?? 'unauthenticated';

/** Whether the server answers. */
export async function probeWeb(): Promise<RowOf<'web'>> {
  const { value, fields } = await bounded((signal) => asked(PATHS.health, Health, signal));
  const row = { check: 'web', subject: new URL(PATHS.health, location.href).href, viaProxy: false, ...fields } as const;
  return value ? { ...row, status: 200, version: value.version } : row;
}

/** What the server finds at its own TURN servers. */
export async function probeReadiness(): Promise<RowOf<'readiness'>> {
  const { value, fields } = await bounded((signal) => asked(PATHS.ready, Readiness, signal));
  const row = { check: 'readiness', subject: new URL(PATHS.ready, location.href).href } as const;
  if (!value) return { ...row, ...fields, outcome: 'unknown', urls: [] };
  return { ...row, ...fields, urls: value.providers.flatMap(({ urls }) => urls) };
}

/** Credentials for the check, and the row about them. */
export async function probeIce(): Promise<{ row: RowOf<'ice'>; servers: readonly RTCIceServer[] }> {
  const { value, fields } = await bounded((signal) => asked(PATHS.check, CheckAnswer, signal));
  const row = { check: 'ice' as const, subject: new URL(PATHS.check, location.href).href, source: 'public' as const };
  if (!value) {
    const isUnknown = fields.outcome === 'failed' && ['unauthenticated', 'rate_limited'].includes(fields.reason);
    return { row: { ...row, ...fields, ...(isUnknown ? { outcome: 'unknown' } : {}), urls: [] }, servers: [] };
  }
  const { ice, serverTime } = value;
  const skewMs = Math.round(serverTime - (Date.now() - fields.ms / 2));
  if (!ice) return { row: { ...row, outcome: 'failed', reason: 'ice_unavailable', skewMs, urls: [] }, servers: [] };
  const servers = ice.iceServers.map(({ urls, username, credential }) => ({
    urls,
    ...(username === undefined ? {} : { username }),
    ...(credential === undefined ? {} : { credential }),
  }));
  const urls = servers.flatMap((server) => server.urls);
  const leftSeconds = Math.round((ice.expiresAt - Date.now()) / 1000);
  return {
    row: { ...row, ...fields, provider: ice.provider, ttlSeconds: ice.ttl, leftSeconds, skewMs, urls },
    servers,
  };
}

/** The CSRF token of the session of this browser, for a server whose check is for who is signed in. */
export async function sessionToken(): Promise<string | undefined> {
  const { value } = await bounded((signal) => asked(PATHS.session, Session, signal));
  return value?.csrfToken;
}
