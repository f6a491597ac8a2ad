import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/**
 * One test as the reports have it.
 *
 * @typedef {{ name: string, ok: boolean, ms: number, skipped?: string }} TestRow
 */

/** Vitest reporter: appends each finished test as a line of JSON to the file named by TEST_ROWS. */
export default class RowReporter {
  /** @param {import('vitest/node').TestCase} test */
  onTestCaseResult(test) {
    const file = process.env['TEST_ROWS'];
    if (!file) return;
    const result = test.result();
    const reason = result.state === 'skipped' ? { skipped: result.note ?? 'skipped' } : {};
    /** @type {TestRow} */
    const row = {
      name: test.fullName,
      ok: result.state === 'passed',
      ms: Math.round(test.diagnostic()?.duration ?? 0),
      ...reason,
    };
    appendFileSync(file, `${JSON.stringify(row)}\n`);
  }
}

/**
 * Reads what the reporter wrote.
 *
 * @param {string} file
 * @returns {readonly TestRow[]}
 */
export function readRows(file) {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
