import type { ProfileRow } from '../profile/rows.ts';
import { type Plot, svgOf, TEXT } from './drawing.ts';

/** Of a part: its name over its bar. */
const ROW_PX = 44;
const BAR_PX = 12;
const WIDTH_PX = 400;

/** What the page did before somebody opened a conversation: nobody waits for it. */
const isBefore = ({ toMs }: ProfileRow): boolean => toMs.median <= 0;

/** The parts of a connection under each other, each as long as it took and where it was; those from before the opening together, up to it. */
export async function waterfallOf(rows: readonly ProfileRow[]): Promise<Plot> {
  const before = rows.filter(isBefore);
  const pauseMs = -Math.max(...before.map(({ toMs }) => toMs.median));
  const bars = rows.map((row) => {
    const { stage, fromMs, toMs, tookMs } = row;
    const took = `${stage}: ${Math.round(tookMs.median)} ms${isBefore(row) ? ', before the opening' : ''}`;
    const shiftMs = isBefore(row) ? pauseMs : 0;
    return { stage, from: fromMs.median + shiftMs, to: toMs.median + shiftMs, took, isBefore: isBefore(row) };
  });
  const firstMs = Math.min(0, ...bars.map(({ from }) => from));
  const lastMs = Math.max(1, ...bars.map(({ to }) => to));
  const svg = await svgOf({
    width: WIDTH_PX,
    height: ROW_PX * bars.length,
    padding: { left: 8, right: 16, top: 4, bottom: 44 },
    data: [{ name: 'bars', values: bars }],
    scales: [
      { name: 'y', type: 'band', domain: { data: 'bars', field: 'stage' }, range: 'height' },
      { name: 'x', type: 'linear', domain: [firstMs, lastMs], range: 'width' },
    ],
    axes: [
      {
        orient: 'bottom',
        scale: 'x',
        tickCount: 6,
        grid: true,
        gridColor: 'var(--line)',
        domainColor: 'var(--line)',
        tickColor: 'var(--line)',
        labelColor: 'currentColor',
        labelFont: 'system-ui, sans-serif',
        labelFontSize: 13,
        title: 'milliseconds from the opening',
        titleColor: 'currentColor',
        titleFont: 'system-ui, sans-serif',
        titleFontSize: 13,
        titleFontWeight: 'normal',
      },
    ],
    marks: [
      {
        type: 'rect',
        from: { data: 'bars' },
        encode: {
          enter: {
            y: { scale: 'y', field: 'stage', offset: ROW_PX / 2 + 2 },
            height: { value: BAR_PX },
            x: { scale: 'x', field: 'from' },
            // What took no time has a line.
            width: { signal: "max(2, scale('x', datum.to) - scale('x', datum.from))" },
            fill: [{ test: 'datum.isBefore', value: 'var(--theirs)' }, { value: 'var(--ours)' }],
          },
        },
      },
      {
        type: 'text',
        from: { data: 'bars' },
        encode: {
          enter: {
            y: { scale: 'y', field: 'stage', offset: ROW_PX / 4 + 2 },
            // Where the bar begins, but for what would not find its room there.
            x: { signal: `datum.from > ${lastMs / 2} ? scale('x', datum.to) : scale('x', datum.from)` },
            align: { signal: `datum.from > ${lastMs / 2} ? 'right' : 'left'` },
            text: { field: 'took' },
            ...TEXT,
          },
        },
      },
    ],
  });
  return {
    title: 'Where the time of a connection goes: anypath, home to home',
    text: bars.map(({ took }) => took).join('; '),
    svg,
  };
}
