import type { Language } from '../i18n/language.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import type { OpsTexts } from './texts.ts';

const TEXTS: Readonly<Record<Language, OpsTexts>> = { en, es };

/** What the operations page says in a language. */
export const opsTexts = (language: Language): OpsTexts => TEXTS[language];
