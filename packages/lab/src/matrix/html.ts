import { type EventRow, isClean, type LabReport, type PairRow } from './report.ts';

/** The report as one self-contained page: the coloured matrix, and the numbers in tables. */
export function htmlReport(report: LabReport, facts: readonly string[]): string {
  const classes = [...new Set(report.pairs.flatMap(({ a, b }) => [a, b]))];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>anypath lab: which networks reach which</title>
<style>${STYLE}</style>
<main>
<h1>Which networks reach which</h1>
<p>${facts.map(escaped).join(' · ')}</p>
<p class="legend">${['direct', 'turn', 'relay', 'none'].map((path) => `<span class="${path}">${path}</span>`).join(' ')}
The best path of each pair, and the milliseconds until it was there. A cross marks messages that were lost, repeated or out of order.</p>
<div class="wide"><table class="matrix">
<caption>The matrix</caption>
<tr><td></td>${classes.map((name) => `<th scope="col">${name}</th>`).join('')}</tr>
${classes.map((a) => `<tr><th scope="row">${a}</th>${classes.map((b) => cell(report.pairs, a, b)).join('')}</tr>`).join('\n')}
</table></div>
${pairTable(report.pairs)}
${report.events.length > 0 ? eventTable(report.events) : ''}
</main>
</html>
`;
}

function cell(pairs: readonly PairRow[], a: string, b: string): string {
  const row = pairs.find((pair) => (pair.a === a && pair.b === b) || (pair.a === b && pair.b === a));
  if (!row) return '<td></td>';
  const mark = isClean(row) ? '' : ' ✗';
  const detail = `${row.a} to ${row.b}: ${row.delivered} of ${row.sent} messages, first over ${row.firstPath}`;
  return `<td class="${row.bestPath}" title="${escaped(detail)}">${row.bestPath}${mark}<br><small>${ms(row.msToBest?.p50)}</small></td>`;
}

const pairTable = (rows: readonly PairRow[]): string =>
  table(
    'Every pair',
    [
      'pair',
      'browsers',
      'trials',
      'first path',
      'ms p50',
      'ms p95',
      'after 5 s',
      'best path',
      'ms p50',
      'ms p95',
      'sent',
      'lost',
      'repeated',
      'out of order',
    ],
    rows.map((row) => [
      `${row.a}:${row.b}`,
      `${row.browserA}, ${row.browserB}`,
      row.trials,
      row.firstPath,
      ms(row.msToFirst?.p50),
      ms(row.msToFirst?.p95),
      row.lastPath,
      row.bestPath,
      ms(row.msToBest?.p50),
      ms(row.msToBest?.p95),
      row.sent,
      row.lost,
      row.repeated,
      row.reordered,
    ]),
  );

const eventTable = (rows: readonly EventRow[]): string =>
  table(
    'Events in mid-conversation',
    ['event', 'pair', 'trials', 'gap ms p50', 'gap ms p95', 'path after', 'sent', 'lost', 'repeated', 'out of order'],
    rows.map((row) => [
      row.event,
      `${row.a}:${row.b}`,
      row.trials,
      ms(row.gapMs?.p50),
      ms(row.gapMs?.p95),
      row.lastPath,
      row.sent,
      row.lost,
      row.repeated,
      row.reordered,
    ]),
  );

function table(caption: string, head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) =>
    cells.map((text) => `<td>${escaped(String(text))}</td>`).join('');
  return `<div class="wide"><table>
<caption>${caption}</caption>
<tr>${head.map((name) => `<th scope="col">${name}</th>`).join('')}</tr>
${rows.map((row) => `<tr>${line(row)}</tr>`).join('\n')}
</table></div>`;
}

const ms = (value: number | undefined): string => (value === undefined ? '–' : String(Math.round(value)));

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 75rem; margin: 0 auto; padding: 1rem; }
.wide { overflow-x: auto; margin-block: 2rem; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { text-align: start; font-weight: 600; font-size: 1.125rem; padding-block: .5rem; }
th, td { padding: .375rem .625rem; text-align: start; border: 1px solid color-mix(in srgb, currentColor 20%, transparent); white-space: nowrap; }
.matrix td { text-align: center; min-width: 4rem; }
.direct { background: light-dark(#d5f0dc, #14452a); }
.turn { background: light-dark(#fdeccb, #573d0b); }
.relay { background: light-dark(#d8e6fb, #1b3763); }
.none { background: light-dark(#f9d7d7, #5e1f1f); }
.legend span { padding: .125rem .5rem; border-radius: .25rem; }
`;
