import type { Finding } from '@anypath/protocol';
import { en } from './en.ts';
import { es } from './es.ts';
import type { DoctorWords, FindingWords } from './words.ts';

const WORDS = { en, es } as const satisfies Record<string, DoctorWords>;

/** A language that the doctor speaks. */
export type DoctorLanguage = keyof typeof WORDS;

/** Every language that the doctor speaks. */
export const DOCTOR_LANGUAGES = Object.keys(WORDS) as DoctorLanguage[];

/** The doctor's words in a language. */
export const doctorWords = (language: DoctorLanguage): DoctorWords => WORDS[language];

/** A finding in words: its cause, and what to do. */
export const inWords = ({ code, params }: Finding, language: DoctorLanguage): FindingWords =>
  WORDS[language].findings[code](params);

/**
 * Chooses the first language that both the person and the doctor speak.
 *
 * @param tags such as `es-MX` or `es_MX.UTF-8`, the best first
 */
export function doctorLanguage(tags: readonly string[]): DoctorLanguage {
  const known = tags
    .map((tag) => tag.toLowerCase().split(/[-_.]/)[0])
    .find((name) => name !== undefined && name in WORDS);
  return (known as DoctorLanguage | undefined) ?? 'en';
}
