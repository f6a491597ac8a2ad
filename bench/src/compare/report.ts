import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { machine } from '../machine.ts';
import { comparePage } from './page.ts';
import type { CompareResult } from './result.ts';
import { factsOf, tablesOf } from './table.ts';

/** A result, with what it was measured on. */
export type Report = CompareResult & { readonly bench: 'compare'; readonly machine: ReturnType<typeof machine> };

const RESULTS = fileURLToPath(new URL('../../results', import.meta.url));

/** Writes a result as JSON and as a page: into `bench/results/`, or where the command line says. */
export async function writeReport(
  report: Report,
  { json = `${RESULTS}/comparison.json`, html = json.replace(/(\.json)?$/, '.html') }: { json?: string; html?: string },
  say: (line: string) => void,
): Promise<void> {
  for (const file of [json, html]) mkdirSync(dirname(file), { recursive: true });
  // With the tables as they are shown, so that docs/comparison.md is written from the file alone.
  const whole = { ...report, facts: factsOf(report, report.machine), tables: tablesOf(report) };
  writeFileSync(json, `${JSON.stringify(whole, undefined, 2)}\n`);
  writeFileSync(html, await comparePage(report));
  say(`\nwrote ${json} and ${html}`);
}
