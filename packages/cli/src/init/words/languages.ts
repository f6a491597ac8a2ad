import type { DoctorLanguage } from '@anypath/doctor';
import { en } from './en.ts';
import { es } from './es.ts';
import type { InitWords } from './words.ts';

/** What `anypath init` says, in each language that the doctor speaks. */
export const INIT_WORDS: Readonly<Record<DoctorLanguage, InitWords>> = { en, es };
