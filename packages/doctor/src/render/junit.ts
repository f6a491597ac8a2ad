import type { CheckRow, DoctorReport, Finding } from '@anypath/protocol';
import { factsOf } from '../verdict/facts.ts';
import { type DoctorLanguage, doctorWords, inWords } from '../verdict/words/languages.ts';

/** A report as JUnit XML, for build servers: a test for each check, and one for each problem that was found. */
export function junitOf(report: DoctorReport, language: DoctorLanguage): string {
  const problems = report.verdict.findings.filter(({ severity }) => severity === 'problem');
  const cases = [
    ...report.checks.map((row) => caseOfRow(row, language)),
    ...problems.map((each) => caseOfFinding(each, language)),
  ];
  const failures = problems.length + report.checks.filter(({ outcome }) => outcome === 'failed').length;
  const skipped = report.checks.filter(({ outcome }) => outcome === 'unknown').length;
  const counts = `tests="${cases.length}" failures="${failures}" skipped="${skipped}" time="${seconds(report.tookMs)}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="anypath doctor" ${counts}>\n${cases.join('\n')}\n</testsuite>\n`;
}

function caseOfRow(row: CheckRow, language: DoctorLanguage): string {
  const words = doctorWords(language);
  const transport = 'transport' in row && !row.subject.startsWith('turn') ? ` ${row.transport}` : '';
  const name = `${words.checks[row.check]} ${row.subject}${transport}`;
  const head = `  <testcase classname="doctor.${row.check}" name="${escaped(name)}" time="${seconds(row.ms ?? 0)}"`;
  if (row.outcome === 'ok') return `${head}/>`;
  const why = row.reason === undefined ? words.outcomes[row.outcome] : words.reasons[row.reason];
  if (row.outcome === 'unknown') return `${head}><skipped message="${escaped(why)}"/></testcase>`;
  const detail = [factsOf(row), row.detail ?? ''].filter(Boolean).join(' · ');
  return `${head}><failure message="${escaped(why)}">${escaped(detail)}</failure></testcase>`;
}

function caseOfFinding(finding: Finding, language: DoctorLanguage): string {
  const { cause, todo } = inWords(finding, language);
  const head = `  <testcase classname="doctor.finding" name="${finding.code}" time="0"`;
  return `${head}><failure message="${escaped(cause)}">${escaped(todo)}</failure></testcase>`;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 has no way to write control characters. */
const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '').replace(/\p{Cc}+/gu, ' ');
