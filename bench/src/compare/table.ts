import { EVENTS } from '@anypath/lab/matrix/events';
import { columns } from '../columns.ts';
import type { SubjectName } from '../link/subjects.ts';
import type { CompareResult, ConnectCell } from './result.ts';

/** One table of the comparison: what each cell says, and how ours stands to it where both are numbers. */
export interface Table {
  readonly title: string;
  /** What the numbers are. */
  readonly note: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const NONE = 'no';

/** The tables of a result, a subject to a column. Beside a number of another's is ours over it: below 1, ours is ahead. */
export function tablesOf(result: CompareResult): Table[] {
  const { subjects, giveUpMs } = result;
  const table = (title: string, note: string, first: string, rows: Table['rows']): Table => ({
    title,
    note,
    head: [first, ...subjects],
    rows,
  });
  return [
    table(
      'Connected',
      `Trials in which the first message arrived within ${giveUpMs / 1000} s, by pair of networks.`,
      'networks',
      pairsOf(result.connect).map((pair) => [
        pair,
        ...subjects.map((subject) => {
          const cell = connectOf(result, pair, subject);
          return cell ? `${cell.connected} of ${cell.trials}` : '–';
        }),
      ]),
    ),
    table(
      'Time to the first message',
      'Median milliseconds from the opening of a conversation with somebody who is online, in brackets the least and the most, then ours over it.',
      'networks',
      pairsOf(result.connect).map((pair) => [
        pair,
        ...subjects.map((subject) => spreadCell(result, pair, subject, 'firstMs')),
      ]),
    ),
    table(
      'Time to the direct path',
      'The same, until messages took the direct path, where the pair of networks has one.',
      'networks',
      pairsOf(result.connect)
        .filter((pair) => result.connect.some((cell) => cell.pair === pair && cell.directMs))
        .map((pair) => [pair, ...subjects.map((subject) => spreadCell(result, pair, subject, 'directMs'))]),
    ),
    ...profileTables(result),
    table(
      'What happens to networks, in mid-conversation',
      `Median milliseconds of silence, then ours over it; then messages lost of all that were sent. "${NONE}": messages did not flow again within ${giveUpMs / 1000} s in half of the trials or more.`,
      'event',
      eventsOf(result).map(([event, pair]) => {
        const rowOf = (subject: SubjectName) =>
          result.events.find((one) => one.event === event && one.pair === pair && one.subject === subject);
        const ours = rowOf('anypath')?.gapP50Ms;
        return [
          `${EVENTS.find(({ name }) => name === event)?.doc ?? event} (${event}, ${pair})`,
          ...subjects.map((subject) => {
            const row = rowOf(subject);
            if (!row || row.trials === 0) return '–';
            if (row.sent === 0) return `${NONE}: did not connect`;
            const beside = subject === 'anypath' || !ours || !row.gapP50Ms ? '' : ` ×${ratio(ours, row.gapP50Ms)}`;
            const gap = row.gapP50Ms === null ? NONE : `${whole(row.gapP50Ms)} ms${beside}`;
            return `${gap}; ${row.lost} of ${row.sent} lost`;
          }),
        ];
      }),
    ),
    table(
      'Messages to somebody who is not there',
      'The other side has been here before and has left. A side sends for half a second, stays for three seconds and leaves too; then the other comes back. Trials in which every message was there. What delivered nothing is not tried with a restart, too.',
      'while away',
      [...new Set(result.deliver.map(({ absence }) => absence))].map((absence) => [
        absence,
        ...subjects.map((subject) => {
          const cell = result.deliver.find((one) => one.absence === absence && one.subject === subject);
          if (!cell || cell.trials + cell.skipped === 0) return '–';
          return cell.arrived === 0 ? NONE : `${cell.complete} of ${cell.trials}`;
        }),
      ]),
    ),
    table('What a page loads, and what servers take', 'Ours over theirs in brackets.', 'what', [
      ['kB at once, gzip', ...ratioed(subjects, (subject) => sizeOf(result, subject)?.bytes, kB)],
      ['kB later, where needed', ...subjects.map((subject) => kB(sizeOf(result, subject)?.laterBytes ?? 0))],
      ['server', ...subjects.map((subject) => serverOf(result, subject)?.server ?? '–')],
      ['idle connections', ...subjects.map((subject) => counted(serverOf(result, subject)?.sockets))],
      [
        'KiB an idle connection',
        ...ratioed(
          subjects,
          (subject) => serverOf(result, subject)?.idleKib,
          (kib) => kib.toFixed(1),
        ),
      ],
      [
        'ms of processor time for 1 000 signals',
        ...ratioed(
          subjects,
          (subject) => serverOf(result, subject)?.cpuMs?.median,
          (value) => whole(value),
        ),
      ],
    ]),
  ];
}

/** Where the time of a connection goes; no table where that was not measured. */
const profileTables = ({ profile }: CompareResult): Table[] =>
  profile.length === 0
    ? []
    : [
        {
          title: 'Where the time of a connection goes',
          note: `anypath, home to home, ${profile[0]?.trials} connections: median milliseconds from the opening of the conversation; what is below zero was before it. Each median is for itself; in brackets the least and the most.`,
          head: ['part', 'from', 'to', 'took'],
          rows: profile.map(({ stage, fromMs, toMs, tookMs }) => [
            stage,
            whole(fromMs.median),
            whole(toMs.median),
            `${whole(tookMs.median)} (${whole(tookMs.min)}–${whole(tookMs.max)})`,
          ]),
        },
      ];

/** The tables, for people at a terminal. */
export const compareText = (result: CompareResult): string =>
  tablesOf(result)
    .map(({ title, note, head, rows }) => `${title}\n${note}\n${columns([head, ...rows])}`)
    .join('\n\n');

/** What was run, on what, and how. One fact each. */
export function factsOf(
  { startedAt, revision, isQuick, tookSeconds, roundTripMs, versions }: CompareResult,
  machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGiB: number;
    readonly node: string;
    readonly platform: string;
  },
): string[] {
  return [
    `${startedAt.slice(0, 10)}, revision ${revision}`,
    `${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}`,
    `${isQuick ? 'the quick plan' : 'the full plan'}, ${Math.ceil(tookSeconds / 60)} minutes`,
    `${roundTripMs} ms from each client to a server and back`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  ];
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');
const counted = (value: number | undefined): string => (value === undefined ? '–' : whole(value));
const kB = (bytes: number): string => (bytes / 1000).toFixed(1);

const pairsOf = (cells: readonly ConnectCell[]): string[] => [...new Set(cells.map(({ pair }) => pair))];

const eventsOf = ({ events }: CompareResult): (readonly [string, string])[] =>
  [...new Set(events.map(({ event, pair }) => `${event} ${pair}`))].map((text) => {
    const [event = '', pair = ''] = text.split(' ');
    return [event, pair];
  });

const connectOf = ({ connect }: CompareResult, pair: string, subject: SubjectName): ConnectCell | undefined =>
  connect.find((cell) => cell.pair === pair && cell.subject === subject);

const sizeOf = ({ sizes }: CompareResult, subject: SubjectName) => sizes.find((cell) => cell.subject === subject);

const serverOf = ({ servers }: CompareResult, subject: SubjectName) => servers.find((cell) => cell.subject === subject);

function spreadCell(result: CompareResult, pair: string, subject: SubjectName, field: 'firstMs' | 'directMs'): string {
  const spread = connectOf(result, pair, subject)?.[field];
  if (!spread) return NONE;
  const ours = connectOf(result, pair, 'anypath')?.[field];
  const range = `${whole(spread.median)} (${whole(spread.min)}–${whole(spread.max)})`;
  return subject === 'anypath' || !ours ? range : `${range} ×${ratio(ours.median, spread.median)}`;
}

function ratioed(
  subjects: readonly SubjectName[],
  read: (subject: SubjectName) => number | null | undefined,
  show: (value: number) => string,
): string[] {
  const ours = read('anypath');
  return subjects.map((subject) => {
    const value = read(subject);
    if (value === null || value === undefined) return '–';
    return subject === 'anypath' || !ours ? show(value) : `${show(value)} (×${ratio(ours, value)})`;
  });
}

const ratio = (ours: number, theirs: number): string => (ours / theirs).toFixed(2);
