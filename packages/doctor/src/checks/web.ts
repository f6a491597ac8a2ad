import { Health, PATHS, type RowOf } from '@anypath/protocol';
import * as v from 'valibot';
import { type Attempt, attempt, outcomeOf } from '../net/bounded.ts';
import { ask, type WebAnswer } from '../net/http.ts';
import { CheckError } from '../net/reason.ts';
import { CHECK_MS, type Scene } from '../scene.ts';

/** Asks the server whether it is there, and is anypath. */
export async function checkWeb(scene: Scene, base: URL, proxy: string | undefined): Promise<RowOf<'web'>> {
  const url = new URL(PATHS.health, base);
  const row = { check: 'web', subject: url.href, viaProxy: proxy !== undefined } as const;
  const result = await attempt(scene.signal, CHECK_MS, (signal) => ask({ url, proxy }, signal));
  if (result.ok) return { ...row, ...facts(result, scene.now()) };
  const failed = { ...row, ...outcomeOf(result), ...statusOf(result) };
  if (!result.reason.startsWith('certificate_')) return failed;
  // The clock of a server whose certificate is not good still tells whose clock is wrong.
  const again = await attempt(scene.signal, CHECK_MS, (signal) => ask({ url, proxy, insecure: true }, signal));
  return again.ok ? { ...failed, ...skewOf(again.value, again.ms, scene.now()) } : failed;
}

function facts(result: Extract<Attempt<WebAnswer>, { ok: true }>, nowMs: number) {
  const { value, ms } = result;
  const common = { ms: Math.round(ms), status: value.status, ...skewOf(value, ms, nowMs) };
  const health = v.safeParse(Health, parsed(value.text));
  if (value.status === 200 && health.success)
    return { ...common, outcome: 'ok', version: health.output.version } as const;
  return { ...common, outcome: 'failed', reason: 'not_anypath' } as const;
}

const statusOf = (result: Attempt<unknown>) =>
  !result.ok && result.error instanceof CheckError && result.error.status !== undefined
    ? { status: result.error.status }
    : {};

/** What a text holds as JSON, `undefined` where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The `Date` header has whole seconds, and was written half a round trip ago. */
function skewOf({ headers }: WebAnswer, ms: number, nowMs: number): { skewMs: number } | Record<never, never> {
  const date = Date.parse(headers.date ?? '');
  return Number.isNaN(date) ? {} : { skewMs: Math.round(date + 500 - (nowMs - ms / 2)) };
}
