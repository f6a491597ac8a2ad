import { styleText } from 'node:util';
import { type EventRow, isClean, type LabReport, type PairRow } from './report.ts';

/** The report as people read it in a terminal. */
export function textReport({ pairs, events }: LabReport): string {
  const parts: string[] = [];
  if (pairs.length > 0) {
    const head = [
      'pair',
      'browsers',
      'first',
      'ms',
      'after 5 s',
      'best',
      'ms',
      'sent',
      'lost',
      'repeated',
      'reordered',
    ];
    parts.push(columns([head, ...pairs.map(pairCells)], pairs));
  }
  if (events.length > 0) {
    const head = [
      'event',
      'pair',
      'trials',
      'gap p50',
      'gap p95',
      'path after',
      'sent',
      'lost',
      'repeated',
      'reordered',
    ];
    parts.push(columns([head, ...events.map(eventCells)], events));
  }
  const rows = [...pairs, ...events];
  const clean = rows.filter(isClean).length;
  parts.push(`${clean} of ${rows.length} rows: every message once and in order.`);
  for (const { errors, a, b } of rows) for (const error of errors) parts.push(`${a}:${b}: ${error}`);
  return parts.join('\n\n');
}

const pairCells = (row: PairRow): string[] => [
  `${row.a}:${row.b}`,
  `${row.browserA}, ${row.browserB}`,
  row.firstPath,
  ms(row.msToFirst?.p50),
  row.lastPath,
  row.bestPath,
  ms(row.msToBest?.p50),
  ...counts(row),
];

const eventCells = (row: EventRow): string[] => [
  row.event,
  `${row.a}:${row.b}`,
  String(row.trials),
  ms(row.gapMs?.p50),
  ms(row.gapMs?.p95),
  row.lastPath,
  ...counts(row),
];

const counts = ({ sent, lost, repeated, reordered }: PairRow | EventRow): string[] =>
  [sent, lost, repeated, reordered].map(String);

const ms = (value: number | undefined): string => (value === undefined ? '–' : String(Math.round(value)));

/** Columns as wide as their widest cell; rows with a fault in red where the terminal has colours. */
function columns(rows: readonly (readonly string[])[], judged: readonly (PairRow | EventRow)[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return lines
    .map((line, index) => {
      const row = judged[index - 1];
      if (index === 0) return styleText('bold', line);
      return row && !isClean(row) ? styleText('red', line) : line;
    })
    .join('\n');
}
