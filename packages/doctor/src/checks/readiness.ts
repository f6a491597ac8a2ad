import { PATHS, Readiness, type RowOf } from '@anypath/protocol';
import * as v from 'valibot';
import { attempt, outcomeOf } from '../net/bounded.ts';
import { ask } from '../net/http.ts';
import { CheckError } from '../net/reason.ts';
import { CHECK_MS, type Scene } from '../scene.ts';
import { parsed } from './web.ts';

/** Asks the server what it finds at its own TURN servers. */
export async function checkReadiness(scene: Scene, base: URL, proxy: string | undefined): Promise<RowOf<'readiness'>> {
  const url = new URL(PATHS.ready, base);
  const result = await attempt(scene.signal, CHECK_MS, async (signal) => {
    const { text } = await ask({ url, proxy }, signal);
    const answer = v.safeParse(Readiness, parsed(text));
    if (!answer.success) throw new CheckError('not_anypath', 'no answer that anypath would give');
    return answer.output;
  });
  const row = { check: 'readiness', subject: url.href } as const;
  if (!result.ok) return { ...row, ...outcomeOf(result), outcome: 'unknown', urls: [] };
  return { ...row, ...outcomeOf(result), urls: result.value.providers.flatMap(({ urls }) => urls) };
}
