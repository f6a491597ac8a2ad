import { PATHS, type RowOf } from '@anypath/protocol';
import { attempt, outcomeOf } from '../net/bounded.ts';
import { ask } from '../net/http.ts';
import { printable } from '../net/reason.ts';
import { CHECK_MS, type Scene } from '../scene.ts';

/** RFC 6585 section 6: "Network Authentication Required". */
const PORTAL_STATUS = 511;

/** Asks the server's name over plain HTTP, which a captive portal answers in its place. */
export async function checkPortal(scene: Scene, base: URL): Promise<RowOf<'portal'>> {
  const url = new URL(PATHS.health, `http://${base.hostname}/`);
  const row = { check: 'portal', subject: url.href } as const;
  const result = await attempt(scene.signal, CHECK_MS, (signal) => ask({ url, proxy: undefined }, signal));
  // Most servers have nothing there; then there is nothing to learn.
  if (!result.ok) return { ...row, ...outcomeOf(result), outcome: 'unknown' };
  const { status, headers } = result.value;
  const ms = Math.round(result.ms);
  const elsewhere = elsewhereOf(headers.location, url, base.hostname);
  if (status !== PORTAL_STATUS && elsewhere === undefined) return { ...row, outcome: 'ok', ms, status };
  const location = elsewhere === undefined ? {} : { location: printable(elsewhere) };
  return { ...row, outcome: 'failed', reason: 'redirected', ms, status, ...location };
}

/** The host that it was sent to, where that is another one. */
function elsewhereOf(location: string | undefined, url: URL, host: string): string | undefined {
  if (location === undefined || !URL.canParse(location, url.href)) return undefined;
  const to = new URL(location, url).hostname;
  return to === host || to.endsWith(`.${host}`) || host.endsWith(`.${to}`) ? undefined : to;
}
