import { type Dictionary, en } from './en.ts';
import { es } from './es.ts';

const DICTIONARIES = { en, es } as const satisfies Record<string, Dictionary>;

/** A language of the page. */
export type Language = keyof typeof DICTIONARIES;

/** Every language, by the name it has for itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', es: 'Español' };

export const LANGUAGES = Object.keys(LANGUAGE_NAMES).filter(isLanguage);

export function isLanguage(value: unknown): value is Language {
  return typeof value === 'string' && Object.hasOwn(DICTIONARIES, value);
}

export const dictionaryOf = (language: Language): Dictionary => DICTIONARIES[language];

/**
 * Chooses the first language that both the person and the page know.
 *
 * @param languages language tags (BCP 47), the best first
 */
export function preferredLanguage(languages: readonly string[]): Language {
  const known = languages.map((tag) => tag.toLowerCase().split('-')[0]).find(isLanguage);
  return known ?? 'en';
}
