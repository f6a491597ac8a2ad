import { type Points, shareOf } from './columns.ts';

/** What a number stands for, and so how it is written. */
export type Unit = 'count' | 'share' | 'ms' | 'bytes';

/** A line of a plot, and a column of the table behind it. */
export interface Line {
  readonly id: string;
  /** A colour of `tokens.css`, without its dashes. */
  readonly colour: 'direct' | 'accent' | 'turn' | 'danger' | 'relay' | 'mailbox' | 'none';
  /** Lengths of dashes and gaps: lines differ without their colours, too. */
  readonly dash: readonly number[];
  values(points: Points): readonly (number | null)[];
}

interface PanelShape {
  readonly id: string;
  readonly unit: Unit;
  readonly lines: readonly Line[];
}

const SOLID: readonly number[] = [];
const LONG = [10, 4] as const;
const SHORT = [4, 3] as const;
const DOTS = [1.5, 3] as const;

const opened = ({ openedHost, openedSrflx, openedRelay }: Points, at: number): number =>
  (openedHost[at] ?? 0) + (openedSrflx[at] ?? 0) + (openedRelay[at] ?? 0);

/** The plots of the operations page, in their order. */
export const PANELS = [
  {
    id: 'connections',
    unit: 'count',
    lines: [
      { id: 'host', colour: 'direct', dash: SOLID, values: ({ openedHost }) => openedHost },
      { id: 'srflx', colour: 'accent', dash: LONG, values: ({ openedSrflx }) => openedSrflx },
      { id: 'relay', colour: 'turn', dash: SHORT, values: ({ openedRelay }) => openedRelay },
      { id: 'failed', colour: 'danger', dash: DOTS, values: ({ failed }) => failed },
    ],
  },
  {
    id: 'share',
    unit: 'share',
    lines: [
      {
        id: 'relayShare',
        colour: 'turn',
        dash: SOLID,
        values: (points) => points.openedRelay.map((relayed, at) => shareOf(relayed ?? 0, opened(points, at))),
      },
    ],
  },
  {
    id: 'openTime',
    unit: 'ms',
    lines: [
      { id: 'half', colour: 'direct', dash: SOLID, values: ({ openP50Ms }) => openP50Ms },
      { id: 'most', colour: 'turn', dash: LONG, values: ({ openP95Ms }) => openP95Ms },
    ],
  },
  {
    id: 'ice',
    unit: 'count',
    lines: [
      { id: 'iceIssued', colour: 'direct', dash: SOLID, values: ({ iceIssued }) => iceIssued },
      { id: 'iceRefused', colour: 'danger', dash: SHORT, values: ({ iceRefused }) => iceRefused },
    ],
  },
  {
    id: 'refusals',
    unit: 'count',
    lines: [
      { id: 'refused', colour: 'turn', dash: SOLID, values: ({ refused }) => refused },
      { id: 'unavailable', colour: 'danger', dash: SHORT, values: ({ unavailable }) => unavailable },
    ],
  },
  {
    id: 'relayed',
    unit: 'bytes',
    lines: [{ id: 'relayedBytes', colour: 'turn', dash: SOLID, values: ({ relayedBytes }) => relayedBytes }],
  },
  {
    id: 'sockets',
    unit: 'count',
    lines: [{ id: 'sockets', colour: 'relay', dash: SOLID, values: ({ sockets }) => sockets }],
  },
  {
    id: 'mailbox',
    unit: 'count',
    lines: [{ id: 'mailMessages', colour: 'mailbox', dash: SOLID, values: ({ mailMessages }) => mailMessages }],
  },
  {
    id: 'loop',
    unit: 'ms',
    lines: [{ id: 'loopDelay', colour: 'none', dash: SOLID, values: ({ loopDelayMs }) => loopDelayMs }],
  },
] as const satisfies readonly PanelShape[];

/** A plot of the page. */
export type Panel = (typeof PANELS)[number];
/** Name of a line. */
export type LineId = Panel['lines'][number]['id'];
