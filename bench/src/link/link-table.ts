import { columns } from '../columns.ts';
import type { LinkResult } from './link.ts';
import { BENCH_EVENTS, NO_MEDIA, pairName } from './plan.ts';
import type { ConnectRow, EventRow } from './summary.ts';

/** What is above its mark. */
const MISSED = '!';

/** Connecting and events, for people. */
export function linkTable({ connect, events, ratios, giveUpMs }: LinkResult): string {
  const parts: string[] = [];
  if (connect.length > 0) {
    const head = ['connecting', 'trials', 'first p50', 'first p95', 'direct p50', 'direct p95'];
    parts.push(columns([head, ...connect.map(connectCells)]));
  }
  if (events.length > 0) {
    const head = [
      'event',
      'pair',
      'subject',
      'trials',
      'given up',
      'gap p50',
      'gap p95',
      'back p95',
      'better p50',
      'better p95',
    ];
    const tail = ['media p50', 'media p95', 'sent', 'lost', 'repeated', 'reordered'];
    parts.push(columns([[...head, ...tail], ...events.map(eventCells)]));
    parts.push(
      `Milliseconds. –: given up after ${giveUpMs / 1000} s, or there is none. ${MISSED}: above the mark of DESIGN.`,
    );
  }
  if (ratios.length > 0) parts.push(['Ours over the median of theirs:', ...ratios.map(ratioLine)].join('\n'));
  const notes = [...connect.flatMap((row) => notesOf(row.subject, row)), ...events.flatMap(eventNotes)];
  if (notes.length > 0) parts.push(notes.join('\n'));
  return parts.join('\n\n');
}

const connectCells = (row: ConnectRow): string[] => [
  row.subject,
  String(row.trials),
  ...[row.firstMessageP50Ms, row.firstMessageP95Ms, row.directP50Ms, row.directP95Ms].map((value) => ms(value)),
];

function eventCells(row: EventRow): string[] {
  const plan = BENCH_EVENTS.find(({ event, pair }) => event.name === row.event && pairName(pair) === row.pair);
  const marks = row.subject === 'anypath' ? plan?.marks : undefined;
  return [
    row.event,
    row.pair,
    row.subject,
    String(row.trials),
    String(row.givenUp),
    ms(row.gapP50Ms),
    ms(row.gapP95Ms, marks?.gapMs),
    ms(row.backP95Ms),
    ms(row.betterP50Ms),
    ms(row.betterP95Ms, marks?.betterMs),
    ms(row.mediaGapP50Ms),
    ms(row.mediaGapP95Ms, row.reasons.media === NO_MEDIA ? undefined : marks?.mediaGapMs),
    ...[row.sent, row.lost, row.repeated, row.reordered].map(String),
  ];
}

const ratioLine = ({ what, over, median, min, max }: LinkResult['ratios'][number]): string =>
  `${`${what}, over ${over}`.padEnd(60)} ${median.toFixed(2)}  (${min.toFixed(2)} to ${max.toFixed(2)})`;

const eventNotes = (row: EventRow): string[] => notesOf(`${row.event} ${row.pair} ${row.subject}`, row);

const notesOf = (name: string, { reasons, errors }: Pick<EventRow, 'errors'> & { reasons: object }): string[] => [
  ...Object.entries(reasons).map(([what, why]) => `${name}, ${what}: ${String(why)}`),
  ...errors.map((error) => `${name}, a trial did not end: ${error}`),
];

/** @param mark what it may be at most; what was given up is above every mark */
function ms(value: number | null, mark = Number.POSITIVE_INFINITY): string {
  const text = value === null ? '–' : String(Math.round(value));
  return mark < (value ?? Number.POSITIVE_INFINITY) ? `${text} ${MISSED}` : text;
}
