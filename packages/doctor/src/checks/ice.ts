import { CheckAnswer, ErrorBody, IceAnswer, isErrorCode, PATHS, type RowOf, Session } from '@anypath/protocol';
import * as v from 'valibot';
import { type Attempt, attempt, outcomeOf } from '../net/bounded.ts';
import { ask, type WebRequest } from '../net/http.ts';
import { CheckError } from '../net/reason.ts';
import { CHECK_MS, type Scene } from '../scene.ts';
import { parsed } from './web.ts';

type Source = RowOf<'ice'>['source'];

/** What was learned from the request for ICE servers. */
export interface Ice {
  readonly row: RowOf<'ice'>;
  readonly answer: IceAnswer | undefined;
  /** The token that it was asked with, for the socket. */
  readonly token: string | undefined;
}

/**
 * Asks for ICE servers: with a token; where there is none, as anybody may where CHECK_PUBLIC is on; and on loopback with
 * the development sign-in.
 */
export async function checkIce(
  scene: Scene,
  base: URL,
  proxy: string | undefined,
  given: string | undefined,
): Promise<Ice> {
  if (given !== undefined) return withToken(scene, { base, proxy, token: given, source: 'token' });
  const asked = await attempt(scene.signal, CHECK_MS, async (signal) =>
    answerOf(CheckAnswer, await ask({ url: new URL(PATHS.check, base), proxy }, signal)),
  );
  if (!asked.ok && isLoopback(base)) {
    const token = await developmentToken(scene, base);
    if (token !== undefined) return withToken(scene, { base, proxy, token, source: 'development' });
  }
  const answer = asked.ok ? asked.value.ice : undefined;
  const row = rowOf(base, 'public', asked, answer, scene.now());
  const isEmpty = asked.ok && answer === undefined;
  return { row: isEmpty ? { ...row, outcome: 'failed', reason: 'ice_unavailable' } : row, answer, token: undefined };
}

const isLoopback = ({ hostname }: URL): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);

interface Access {
  readonly base: URL;
  readonly proxy: string | undefined;
  readonly token: string;
  readonly source: Source;
}

async function withToken(scene: Scene, { base, proxy, token, source }: Access): Promise<Ice> {
  const headers = { authorization: `Bearer ${token}` };
  const result = await attempt(scene.signal, CHECK_MS, async (signal) =>
    answerOf(IceAnswer, await ask({ url: new URL(PATHS.ice, base), proxy, headers }, signal)),
  );
  const answer = result.ok ? result.value : undefined;
  return { row: rowOf(base, source, result, answer, scene.now()), answer, token };
}

async function developmentToken(scene: Scene, base: URL): Promise<string | undefined> {
  const request: WebRequest = {
    url: new URL(PATHS.devSignIn, base),
    proxy: undefined,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ wallet: 'doctor', as: 'bearer' }),
  };
  const result = await attempt(scene.signal, CHECK_MS, async (signal) => answerOf(Session, await ask(request, signal)));
  return result.ok ? result.value.token : undefined;
}

function answerOf<T>(schema: v.GenericSchema<unknown, T>, { status, text }: { status: number; text: string }): T {
  const body = parsed(text);
  const error = v.safeParse(ErrorBody, body);
  if (error.success && isErrorCode(error.output.error))
    throw new CheckError(refusalOf(error.output.error), error.output.message, status);
  const answer = v.safeParse(schema, body);
  if (!answer.success) throw new CheckError('not_anypath', 'no answer that anypath would give', status);
  return answer.output;
}

const KNOWN = ['rate_limited', 'feature_disabled', 'ice_unavailable'] as const;
const NOT_SIGNED_IN = ['unauthenticated', 'session_ended', 'csrf_failed', 'forbidden', 'not_found'];

function refusalOf(code: string): CheckError['reason'] {
  if (NOT_SIGNED_IN.includes(code)) return 'unauthenticated';
  return KNOWN.find((known) => known === code) ?? 'failed';
}

function rowOf(
  base: URL,
  source: Source,
  result: Attempt<unknown>,
  answer: IceAnswer | undefined,
  nowMs: number,
): RowOf<'ice'> {
  const ended = outcomeOf(result);
  // Not to be given any is no failure of the network's.
  const isUnknown = ended.outcome === 'failed' && ['unauthenticated', 'rate_limited'].includes(ended.reason);
  const row = { check: 'ice' as const, subject: new URL(PATHS.ice, base).href, source, ...ended };
  if (!answer) return isUnknown ? { ...row, outcome: 'unknown', urls: [] } : { ...row, urls: [] };
  const { provider, ttl, serverTime, expiresAt, iceServers } = answer;
  return {
    ...row,
    provider,
    ttlSeconds: ttl,
    skewMs: Math.round(serverTime - (nowMs - result.ms / 2)),
    leftSeconds: Math.round((expiresAt - nowMs) / 1000),
    urls: iceServers.flatMap(({ urls }) => urls),
  };
}
