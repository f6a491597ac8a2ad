import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { comparePage } from './page.ts';
import { type Report, together } from './result.ts';
import { factsOf, tablesOf } from './table.ts';

const RESULTS = fileURLToPath(new URL('../../results', import.meta.url));

/** Where a result is written to. */
export interface ReportFiles {
  readonly json?: string;
  readonly html?: string;
}

/**
 * Writes a result as JSON and as a page: into `bench/results/`, or where the command line says. What an earlier run by the same code has
 * found of other parts is kept.
 *
 * @returns what was written
 */
export async function writeReport(found: Report, files: ReportFiles): Promise<Report> {
  const { json } = named(files);
  const report = { ...found, ...together(earlierOf(json) ?? found, found) };
  await write(report, files);
  return report;
}

/**
 * Writes the tables and the page of a result anew, from its numbers.
 *
 * @returns the result
 * @throws Error where there is none
 */
export async function rewriteReport(files: ReportFiles): Promise<Report> {
  const { json } = named(files);
  const report = earlierOf(json);
  if (!report) throw new Error(`there is no result in ${json}`);
  await write(report, files);
  return report;
}

async function write(report: Report, files: ReportFiles): Promise<void> {
  const { json, html } = named(files);
  for (const file of [json, html]) mkdirSync(dirname(file), { recursive: true });
  // With the tables as they are shown, so that docs/comparison.md is written from the file alone.
  const whole = { ...report, facts: factsOf(report, report.machine), tables: tablesOf(report) };
  writeFileSync(json, `${JSON.stringify(whole, undefined, 2)}\n`);
  writeFileSync(html, await comparePage(report));
  console.log(`wrote ${json} and ${html}`);
}

function named({ json = `${RESULTS}/comparison.json`, html = json.replace(/(\.json)?$/, '.html') }: ReportFiles) {
  return { json, html };
}

function earlierOf(file: string): Report | undefined {
  if (!existsSync(file)) return undefined;
  const earlier = JSON.parse(readFileSync(file, 'utf8')) as Partial<Report>;
  return earlier.bench === 'compare' ? (earlier as Report) : undefined;
}
