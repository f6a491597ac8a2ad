import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { Language } from '../i18n/language.ts';
import type { Hours, Points } from './columns.ts';
import { timeOfDay, written } from './format.ts';
import type { Line, Panel } from './panels.ts';

interface Props {
  readonly panel: Panel;
  readonly points: Points;
  readonly hours: Hours;
  readonly language: Language;
  /** Changes with the colours of the page. */
  readonly scheme: string;
  /** Told over which point the pointer is; `undefined` when it leaves. */
  readonly onPoint: (at: number | undefined) => void;
}

const HEIGHT = 176;
const FONT = '12px system-ui, sans-serif';
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((step) => Array.from({ length: 10 }, (_, power) => step * 10 ** power))
  .sort((a, b) => a - b);

/** A plot of what happened, drawn by uPlot. What it shows stands beside it in words, and behind it in a table. */
export function Plot({ panel, points, hours, language, scheme, onPoint }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<uPlot>(null);
  const latest = useRef({ points, hours });
  latest.current = { points, hours };
  // Its colours are read from the page, which `scheme` stands for.
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const window = () => windowOf(latest.current.points, latest.current.hours);
    const options = optionsOf({ panel, language, element, window, onPoint });
    const plot = new uPlot(options, dataOf(panel, latest.current.points), element);
    drawn.current = plot;
    const sizes = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      plot.destroy();
    };
  }, [panel, language, scheme, onPoint]);
  useEffect(() => drawn.current?.setData(dataOf(panel, points)), [panel, points]);
  return <div ref={place} class="plot" aria-hidden="true" onPointerLeave={() => onPoint(undefined)} />;
}

const dataOf = ({ lines }: Panel, points: Points): uPlot.AlignedData => [
  [...points.from],
  ...(lines as readonly Line[]).map((line) => [...line.values(points)]),
];

/** The whole time that is looked at, also where there is less to show. */
function windowOf({ from }: Points, hours: Hours): [number, number] {
  const last = from.at(-1) ?? 0;
  return [last - Number(hours) * 3600, last];
}

interface Drawing {
  readonly panel: Panel;
  readonly language: Language;
  readonly element: HTMLElement;
  readonly window: () => [number, number];
  readonly onPoint: Props['onPoint'];
}

function optionsOf({ panel, language, element, window, onPoint }: Drawing): uPlot.Options {
  const colour = (name: string) => colourOf(element, name);
  const axis = {
    stroke: colour('muted'),
    font: FONT,
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: { x: { range: window }, y: { range: (_plot, _min, max) => [0, topOf(panel, max)] } },
    axes: [
      { ...axis, size: 30, values: (_plot, splits) => splits.map((at) => timeOfDay(at, language)) },
      {
        ...axis,
        size: panel.unit === 'count' || panel.unit === 'share' ? 48 : 72,
        ...(panel.unit === 'count' ? { incrs: WHOLE_STEPS } : {}),
        values: (_plot, splits) => splits.map((value) => written(value, panel.unit, language)),
      },
    ],
    series: [
      {},
      ...(panel.lines as readonly Line[]).map((line) => ({
        stroke: colour(line.colour),
        width: 2,
        dash: [...line.dash],
        points: { size: 5 },
      })),
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? undefined)] },
  };
}

/** Room above the highest value; a share is of a whole. */
function topOf({ unit }: Panel, max: number | null): number {
  if (unit === 'share') return 1;
  return max === null || max <= 0 ? (unit === 'count' ? 4 : 10) : max * 1.15;
}

/** The colour that a token stands for now: canvases know no custom properties. */
function colourOf(element: HTMLElement, name: string): string {
  const probe = element.ownerDocument.createElement('span');
  probe.style.color = `var(--${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
