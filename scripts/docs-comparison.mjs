import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './setup.mjs';

const RESULT = join(ROOT, 'bench', 'results', 'comparison.json');
const FEATURES = join(ROOT, 'bench', 'features.json');

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');

/**
 * docs/comparison.md, from the committed result of `npm run bench` and from what the documentation of others says.
 *
 * @returns {string}
 */
export function comparisonPage() {
  if (!existsSync(RESULT)) throw new Error('there is no result: run `npm run bench`');
  const { facts, tables } = JSON.parse(readFileSync(RESULT, 'utf8'));
  return `<!-- Written by \`npm run docs\` from bench/results/comparison.json and bench/features.json; edit those instead. -->

# anypath beside its peers

Each is used as its own documentation recommends, in the same run, in turns, in [the lab](lab.md)'s networks, with the same coturn. \`npm run bench\` repeats it,
\`npm run bench -- --quick\` in under ten minutes; [how it is counted](decisions/comparison.md). The same with plots, as one page: \`bench/results/comparison.html\`.

A number behind × is ours over theirs: below 1, anypath is ahead; above 1, it is behind.

${facts.map((/** @type {string} */ fact) => `- ${fact}`).join('\n')}

${tables
  .map(
    (/** @type {{ title: string, note: string, head: string[], rows: string[][] }} */ { title, note, head, rows }) =>
      `## ${title}\n\n${note}\n\n${table(head, rows)}`,
  )
  .join('\n\n')}

## Where anypath is behind

${behind(tables)}

${features()}
`;
}

/**
 * Every number of the tables in which ours over theirs is above 1.
 *
 * @param {readonly { title: string, head: string[], rows: string[][] }[]} tables
 */
function behind(tables) {
  const lines = tables.flatMap(({ title, head, rows }) =>
    rows.flatMap(([what, ...cells]) => {
      const worse = cells.flatMap((cell, index) => {
        const ratio = Number(/×([\d.]+)/.exec(cell)?.[1] ?? 0);
        return ratio > 1 ? [`${head[index + 1]} ×${ratio.toFixed(2)}`] : [];
      });
      return worse.length > 0 ? [`- ${title}, ${what}: ${worse.join(', ')}`] : [];
    }),
  );
  return lines.length > 0 ? lines.join('\n') : 'In none of these numbers.';
}

function features() {
  /** @type {{ read: string, systems: string[], rows: { what: string, cells: Record<string, { says: string, link: string }> }[] }} */
  const { read, systems, rows } = JSON.parse(readFileSync(FEATURES, 'utf8'));
  const cellsOf = (/** @type {(typeof rows)[number]} */ { what, cells }) => [
    what,
    ...systems.map((system) => {
      const cell = cells[system];
      return cell ? `[${cell.says}](${cell.link})` : 'not found';
    }),
  ];
  return `## What each does, by its own documentation

Read on ${read}; each cell links to where it stands. "Not found": no documentation that says it was found, which need not mean that it cannot be done.

${table(['what', ...systems], rows.map(cellsOf))}`;
}
