import { printable } from '../net/reason.ts';
import type { DoctorLanguage, Tone } from '../verdict/index.ts';
import type { AttackName, AttackReport, AttackRow } from './report.ts';
import { en } from './words/en.ts';
import { es } from './words/es.ts';
import type { AttackWords } from './words/words.ts';

const WORDS: Readonly<Record<DoctorLanguage, AttackWords>> = { en, es };

/** The attack's words in a language. */
export const attackWords = (language: DoctorLanguage): AttackWords => WORDS[language];

const TONE = { refused: 'good', through: 'bad', unknown: 'doubt' } as const;

/** How a report of an attack is written. */
export interface AttackTextOptions {
  readonly language: DoctorLanguage;
  /** Colours a part of the text; as it is where this is left out. */
  readonly paint?: (tone: Tone, text: string) => string;
}

/** A report for people, in lines: the verdict, what to do, and every attack. */
export function attackText(
  report: AttackReport,
  { language, paint = (_tone, text) => text }: AttackTextOptions,
): string {
  const words = attackWords(language);
  const { tried, through, unknown, host, tookMs, rows } = report;
  const tone = through.length > 0 ? 'bad' : unknown.length > 0 ? 'doubt' : 'good';
  const todo = [...new Set(broken(rows).map((name) => words.todo[name]))];
  const lines = [
    paint('faint', `anypath turn attack · ${printable(host)} · ${(tookMs / 1000).toFixed(1)} s`),
    '',
    paint(tone, words.summary(tried, through.length, unknown.length)),
    ...(todo.length > 0 ? ['', paint('heading', words.headings.todo), ...todo.map((each) => `  ${each}`)] : []),
    '',
    paint('heading', words.headings.all),
    ...rowLines(rows, words, paint),
  ];
  return `${lines.join('\n')}\n`;
}

/** One attack, for a line of progress. */
export const attackLine = ({ attack, subject }: AttackRow, language: DoctorLanguage): string =>
  `${attackWords(language).attacks[attack]} ${subject}`;

const broken = (rows: readonly AttackRow[]): AttackName[] =>
  rows.filter(({ outcome }) => outcome === 'through').map(({ attack }) => attack);

function rowLines(
  rows: readonly AttackRow[],
  words: AttackWords,
  paint: NonNullable<AttackTextOptions['paint']>,
): string[] {
  const width = Math.max(...Object.values(words.outcomes).map((each) => each.length));
  return rows.map(({ attack, subject, outcome, detail }) => {
    const head = paint(TONE[outcome], words.outcomes[outcome].padEnd(width));
    return `  ${head}  ${words.attacks[attack]} ${subject}${detail === '' ? '' : paint('faint', ` · ${detail}`)}`;
  });
}
