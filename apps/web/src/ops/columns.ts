import { LIMITS, type OpsHistory } from '@anypath/protocol';

/** How far back a page looks. */
export const HOURS = ['1', '6', '24'] as const;
/** How far back a page looks, hours. */
export type Hours = (typeof HOURS)[number];

/** How many minutes stand together in one point of a plot and one row of a table, so that an hour and a day have about as many. */
const MINUTES_TOGETHER: Readonly<Record<Hours, number>> = { '1': 1, '6': 5, '24': 15 };

const MINUTE_MS = 60_000;
const NAMES = [
  'iceIssued',
  'iceRefused',
  'openedHost',
  'openedSrflx',
  'openedRelay',
  'failed',
  'openP50Ms',
  'openP95Ms',
  'refused',
  'unavailable',
  'sockets',
  'mailMessages',
  'mailOldestSeconds',
  'loopDelayMs',
  'relayedBytes',
] as const;
/** A column of the history beside the time. */
export type Column = (typeof NAMES)[number];

/** Columns of what is shown: counts are those of the whole point, the rest the highest in it. */
export type Points = Readonly<Record<Column, readonly (number | null)[]>> & {
  /** When each began, Unix time in seconds, as plots want it. */
  readonly from: readonly number[];
};

/** Of these the highest in a point is told, of the others the sum. */
const HIGHEST: ReadonlySet<Column> = new Set([
  'openP50Ms',
  'openP95Ms',
  'sockets',
  'mailMessages',
  'mailOldestSeconds',
  'loopDelayMs',
]);

/** When the last minute ended that was over. */
export const finishedUntil = (history: OpsHistory): number => history.at.at(-2) ?? 0;

/**
 * Adds what is new.
 *
 * @param known ends with a minute that was not over
 * @param news what came since `finishedUntil(known)`, that minute among it
 */
export function merged(known: OpsHistory, news: OpsHistory): OpsHistory {
  const start = Math.max(0, known.at.length - 1 + news.at.length - LIMITS.opsSamplesMax - 1);
  const join = <T>(old: readonly T[], added: readonly T[]): T[] => [...old.slice(0, -1), ...added].slice(start);
  const columns = NAMES.map((name) => [name, join<number | null>(known[name], news[name])]);
  return { ...Object.fromEntries(columns), at: join(known.at, news.at) } as OpsHistory;
}

/** What happened in the last hours, in points of several minutes; those of before the server's start are missing. */
export function pointsOf(history: OpsHistory, hours: Hours): Points {
  const widthMs = MINUTES_TOGETHER[hours] * MINUTE_MS;
  const last = history.at.at(-1) ?? 0;
  const pointOf = (at: number) => Math.floor((at - 1) / widthMs);
  const first = pointOf(last) - (Number(hours) * 60) / MINUTES_TOGETHER[hours] + 1;
  const rows = history.at.map((at, row) => ({ row, point: pointOf(at) })).filter(({ point }) => point >= first);
  const points = [...new Set(rows.map(({ point }) => point))];
  const columns = NAMES.map((name) => {
    const values = points.map((point) =>
      together(
        name,
        rows.filter((each) => each.point === point).map(({ row }) => history[name][row] ?? null),
      ),
    );
    return [name, values];
  });
  return { ...Object.fromEntries(columns), from: points.map((point) => (point * widthMs) / 1000) } as Points;
}

function together(name: Column, values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  return HIGHEST.has(name) ? Math.max(...known) : known.reduce((sum, value) => sum + value, 0);
}

/** The sum of a column over the last minutes. */
export const sumOf = (history: OpsHistory, name: Exclude<Column, 'openP50Ms' | 'openP95Ms'>, minutes: number): number =>
  history[name].slice(-minutes).reduce((sum, value) => sum + value, 0);

/** How much of a whole; `null` of nothing. */
export const shareOf = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
