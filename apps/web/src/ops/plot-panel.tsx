import { useCallback, useId, useState } from 'preact/hooks';
import { Icon } from '../components/icon.tsx';
import type { Language } from '../i18n/language.ts';
import type { Hours, Points } from './columns.ts';
import { timeOfDay, written } from './format.ts';
import type { Line, LineId, Panel } from './panels.ts';
import { Plot } from './plot.tsx';
import type { OpsTexts } from './texts.ts';

interface Props {
  readonly panel: Panel;
  readonly points: Points;
  readonly hours: Hours;
  readonly language: Language;
  readonly scheme: string;
  readonly text: OpsTexts;
}

/** A plot with its legend, which shows the values under the pointer or else the latest, and the table behind it. */
export function PlotPanel({ panel, points, hours, language, scheme, text }: Props) {
  const title = useId();
  const [pointed, setPointed] = useState<number>();
  const onPoint = useCallback((at: number | undefined) => setPointed(at), []);
  const at = pointed !== undefined && pointed < points.from.length ? pointed : points.from.length - 1;
  const lines: readonly Line[] = panel.lines;
  const shownOf = (line: Line, row: number) => written(line.values(points)[row] ?? null, panel.unit, language);
  const isEmpty = lines.every((line) => line.values(points).every((value) => value === null));
  const last = points.from.length - 1;
  const words = lines.map((line) => `${text.lines[line.id as LineId]} ${shownOf(line, last)}`).join(', ');
  const { title: name, hint } = text.panels[panel.id];
  return (
    <article class="panel" data-test="panel" data-panel={panel.id} aria-labelledby={title}>
      <h3 id={title}>{name}</h3>
      <p class="hint">{hint}</p>
      {isEmpty ? (
        <p class="panel-empty">{text.nothing}</p>
      ) : (
        <div class="panel-plot" role="img" aria-label={text.plotOf(name, words)}>
          <Plot panel={panel} points={points} hours={hours} language={language} scheme={scheme} onPoint={onPoint} />
        </div>
      )}
      <ul class="legend">
        <li class="legend-time">{timeOfDay(points.from[at] ?? 0, language)}</li>
        {lines.map((line) => (
          <li key={line.id} data-test="value" data-line={line.id} style={{ '--line-colour': `var(--${line.colour})` }}>
            <Swatch line={line} />
            {text.lines[line.id as LineId]} <strong>{shownOf(line, at)}</strong>
          </li>
        ))}
      </ul>
      <details class="details">
        <summary>
          <Icon name="chevron" />
          {text.asTable}
        </summary>
        <PlotTable title={name} lines={lines} points={points} text={text} language={language} shownOf={shownOf} />
      </details>
    </article>
  );
}

/** The line as it is drawn, for who looks it up. */
const Swatch = ({ line }: { line: Line }) => (
  <svg class="swatch" viewBox="0 0 28 6" aria-hidden="true">
    <path d="M0 3H28" stroke-dasharray={line.dash.join(' ')} />
  </svg>
);

interface TableProps extends Pick<Props, 'points' | 'text' | 'language'> {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly shownOf: (line: Line, row: number) => string;
}

function PlotTable({ title, lines, points, text, language, shownOf }: TableProps) {
  const rows = points.from.map((from, row) => ({ from, row })).reverse();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="table-scroll" tabIndex={0} aria-label={title}>
      <table>
        <thead>
          <tr>
            <th scope="col">{text.time}</th>
            {lines.map(({ id }) => (
              <th key={id} scope="col">
                {text.lines[id as LineId]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ from, row }) => (
            <tr key={from}>
              <th scope="row">{timeOfDay(from, language)}</th>
              {lines.map((line) => (
                <td key={line.id}>{shownOf(line, row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
