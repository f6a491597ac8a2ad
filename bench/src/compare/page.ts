import type { Plot } from './drawing.ts';
import { plotsOf } from './plots.ts';
import type { Report } from './result.ts';
import { factsOf, type Table, tablesOf } from './table.ts';

/** A result as one page that needs nothing else: plots, then the numbers in tables. */
export async function comparePage(report: Report): Promise<string> {
  const plots = await plotsOf(report);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>anypath beside its peers</title>
<style>${STYLE}</style>
<main>
<h1>anypath beside its peers</h1>
<ul>${factsOf(report, report.machine)
    .map((fact) => `<li>${escaped(fact)}</li>`)
    .join('')}</ul>
<div class="plots">
${plots.map(htmlPlot).join('\n')}
</div>
${tablesOf(report).map(htmlTable).join('\n')}
</main>
</html>
`;
}

const htmlPlot = ({ title, text, svg }: Plot): string =>
  `<figure><figcaption>${escaped(title)}</figcaption><div role="img" aria-label="${escaped(text)}">${svg}</div></figure>`;

const htmlTable = ({ title, note, head, rows }: Table): string => `<h2>${escaped(title)}</h2>
<p>${escaped(note)}</p>
<div class="wide" tabindex="0" role="region" aria-label="${escaped(title)}"><table${head.includes('anypath') ? ' class="subjects"' : ''}>
<tr>${head.map((text) => `<th scope="col">${escaped(text)}</th>`).join('')}</tr>
${rows.map(([first = '', ...cells]) => `<tr><th scope="row">${escaped(first)}</th>${cells.map((text) => `<td>${escaped(text)}</td>`).join('')}</tr>`).join('\n')}
</table></div>`;

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --ours: light-dark(#0b6e4f, #4cc38a); --theirs: light-dark(#8a94a3, #6c7684); --line: light-dark(#d5dae1, #39414d); }
main { max-width: 90rem; margin: 0 auto; padding: 1rem; }
.wide { overflow-x: auto; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 2rem; }
figure { margin: 0; }
figcaption { font-weight: 600; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { padding: .375rem .625rem; text-align: start; border: 1px solid var(--line); }
td { min-width: 6rem; }
th[scope=row] { min-width: 7rem; }
p { max-width: 45rem; }
.subjects { width: 100%; }
.subjects td:nth-child(2) { color: var(--ours); font-weight: 600; }
svg { max-width: 100%; height: auto; }
`;
