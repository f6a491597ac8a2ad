import type { CheckRow, DoctorReport, Finding, Verdict } from '@anypath/protocol';
import { factsOf } from './facts.ts';
import { type DoctorLanguage, doctorWords, inWords } from './words/languages.ts';
import type { DoctorWords } from './words/words.ts';

/** What a part of the text is, for whoever colours it. */
export type Tone = 'good' | 'bad' | 'doubt' | 'heading' | 'faint';

/** How a report is written. */
export interface TextOptions {
  readonly language: DoctorLanguage;
  /** Colours a part of the text; as it is where this is left out. */
  readonly paint?: (tone: Tone, text: string) => string;
}

const STATUS_TONE: Readonly<Record<Verdict['status'], Tone>> = { good: 'good', degraded: 'doubt', broken: 'bad' };
const STATE_TONE = { works: 'good', limited: 'doubt', fails: 'bad', unknown: 'faint' } as const;
const SEVERITY_TONE = { problem: 'bad', warning: 'doubt', note: 'faint' } as const;
const OUTCOME_TONE = { ok: 'good', failed: 'bad', unknown: 'doubt' } as const;

/** A report for people, in lines; the verdict comes first. */
export function textOf(report: DoctorReport, { language, paint = (_tone, text) => text }: TextOptions): string {
  const words = doctorWords(language);
  const { verdict, target, tookMs } = report;
  const subject = target.kind === 'server' ? target.url : target.uris.join(', ');
  const lines = [
    paint('faint', `anypath doctor · ${subject} · ${(tookMs / 1000).toFixed(1)} s`),
    '',
    paint(STATUS_TONE[verdict.status], words.status[verdict.status]),
    networkLine(verdict, words),
    '',
    paint('heading', words.headings.paths),
    ...pathLines(verdict, words, paint),
    '',
    paint('heading', words.headings.findings),
    ...findingLines(verdict.findings, language, words, paint),
    '',
    paint('heading', words.headings.checks),
    ...checkLines(report.checks, words, paint),
  ];
  return `${lines.join('\n')}\n`;
}

type Paint = NonNullable<TextOptions['paint']>;

function networkLine({ network }: Verdict, words: DoctorWords): string {
  const { name, meaning } = words.network[network.class];
  const traits = network.traits.map((trait) => words.traits[trait]);
  const also = traits.length > 0 ? `; ${traits.join(', ')}` : '';
  return `${words.headings.network}: ${name} (${words.sure[network.sure]}): ${meaning}${also}.`;
}

function pathLines({ paths }: Verdict, words: DoctorWords, paint: Paint): string[] {
  const width = widest(paths.map(({ path }) => words.paths[path]));
  return paths.map(
    ({ path, state }) => `  ${words.paths[path].padEnd(width)}  ${paint(STATE_TONE[state], words.states[state])}`,
  );
}

function findingLines(
  findings: readonly Finding[],
  language: DoctorLanguage,
  words: DoctorWords,
  paint: Paint,
): string[] {
  if (findings.length === 0) return [`  ${words.headings.nothing}`];
  const width = widest(findings.map(({ severity }) => words.severity[severity]));
  const indent = ' '.repeat(width + 4);
  return findings.flatMap((finding) => {
    const { cause, todo } = inWords(finding, language);
    const head = paint(SEVERITY_TONE[finding.severity], words.severity[finding.severity].padEnd(width));
    const whose = finding.who === 'nobody' ? '' : `; ${words.who[finding.who]}`;
    const about = `(${words.sure[finding.sure]}${whose})`;
    return [`  ${head}  ${cause} ${paint('faint', about)}`, `${indent}${words.headings.todo}: ${todo}`];
  });
}

function checkLines(rows: readonly CheckRow[], words: DoctorWords, paint: Paint): string[] {
  const outcomes = widest(Object.values(words.outcomes));
  const names = widest(rows.map(({ check }) => words.checks[check]));
  return rows.map((row) => {
    const outcome = paint(OUTCOME_TONE[row.outcome], words.outcomes[row.outcome].padEnd(outcomes));
    const why = row.reason === undefined ? [] : [words.reasons[row.reason]];
    const rest = [row.subject, ...[factsOf(row)].filter(Boolean), ...why].join('  ');
    return `  ${outcome}  ${words.checks[row.check].padEnd(names)}  ${rest}`;
  });
}

const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length));
