import type { Spec } from 'vega';
import { type Plot, svgOf, TEXT } from './drawing.ts';
import type { CompareResult } from './result.ts';
import { waterfallOf } from './waterfall.ts';

interface Bar {
  readonly subject: string;
  readonly value: number;
  /** What stands beside the bar. */
  readonly label: string;
}

const ROW_PX = 26;
/** Narrow, so that it can be read on a phone. */
const WIDTH_PX = 220;

/** Draws what can be seen better than read. A subject without a number has an empty row, which says why. */
export async function plotsOf(result: CompareResult): Promise<Plot[]> {
  const { subjects } = result;
  const bars = (read: (subject: string) => number | null | undefined, unit: string, none: string): Bar[] =>
    subjects.map((subject) => {
      const value = read(subject) ?? null;
      return { subject, value: value ?? 0, label: value === null ? none : `${shown(value)} ${unit}` };
    });
  const homes = (subject: string) =>
    result.connect.find((cell) => cell.pair === 'home:home' && cell.subject === subject);
  const share = (subject: string) => {
    const cells = result.connect.filter((cell) => cell.subject === subject && cell.trials > 0);
    const shares = cells.map(({ connected, trials }) => (100 * connected) / trials);
    return shares.length === 0 ? null : shares.reduce((sum, one) => sum + one, 0) / shares.length;
  };
  const events = [...new Set(result.events.map(({ event, pair }) => `${event} (${pair})`))];
  return Promise.all([
    draw('Connected, of all pairs of networks', bars(share, '%', 'none')),
    draw(
      'First message, home to home',
      bars((subject) => homes(subject)?.firstMs?.median, 'ms', 'none'),
    ),
    draw(
      'Direct path, home to home',
      bars((subject) => homes(subject)?.directMs?.median, 'ms', 'none'),
    ),
    ...events.map((event) =>
      draw(
        `Silence: ${event}`,
        bars(
          (subject) =>
            result.events.find((row) => row.subject === subject && `${row.event} (${row.pair})` === event)?.gapP50Ms,
          'ms',
          'did not come back',
        ),
      ),
    ),
    draw(
      'What a page loads at once, gzip',
      bars((subject) => (result.sizes.find((cell) => cell.subject === subject)?.bytes ?? 0) / 1000, 'kB', ''),
    ),
    draw(
      'Memory of an idle connection, server',
      bars((subject) => result.servers.find((cell) => cell.subject === subject)?.idleKib, 'KiB', 'not measured'),
    ),
    draw(
      'Processor time for a thousand signals, server',
      bars((subject) => result.servers.find((cell) => cell.subject === subject)?.cpuMs?.median, 'ms', 'not measured'),
    ),
    ...(result.profile.length > 0 ? [waterfallOf(result.profile)] : []),
  ]);
}

const shown = (value: number): string =>
  value < 100 ? value.toFixed(1).replace(/\.0$/, '') : String(Math.round(value));

async function draw(title: string, bars: readonly Bar[]): Promise<Plot> {
  const text = bars.map(({ subject, label }) => `${subject}: ${label}`).join('; ');
  return { title, text, svg: await svgOf(specOf(bars)) };
}

/** Horizontal bars with their numbers, ours in a colour of its own. */
const specOf = (bars: readonly Bar[]): Spec => ({
  width: WIDTH_PX,
  height: ROW_PX * bars.length,
  padding: { left: 90, right: 120, top: 4, bottom: 4 },
  data: [{ name: 'bars', values: [...bars] }],
  scales: [
    { name: 'y', type: 'band', domain: { data: 'bars', field: 'subject' }, range: 'height', padding: 0.25 },
    { name: 'x', type: 'linear', domain: { data: 'bars', field: 'value' }, range: 'width', zero: true },
  ],
  axes: [
    {
      orient: 'left',
      scale: 'y',
      domain: false,
      ticks: false,
      labelColor: 'currentColor',
      labelFont: 'system-ui, sans-serif',
      labelFontSize: 13,
      labelPadding: 8,
    },
  ],
  marks: [
    {
      type: 'rect',
      from: { data: 'bars' },
      encode: {
        enter: {
          y: { scale: 'y', field: 'subject' },
          height: { scale: 'y', band: 1 },
          x: { scale: 'x', value: 0 },
          x2: { scale: 'x', field: 'value' },
          fill: [{ test: "datum.subject === 'anypath'", value: 'var(--ours)' }, { value: 'var(--theirs)' }],
        },
      },
    },
    {
      type: 'text',
      from: { data: 'bars' },
      encode: {
        enter: {
          y: { scale: 'y', field: 'subject', band: 0.5 },
          x: { scale: 'x', field: 'value', offset: 8 },
          text: { field: 'label' },
          ...TEXT,
        },
      },
    },
  ],
});
