export { isPrivateAddress, joined, partsOf, partsOfUri } from './addresses.ts';
export { factsOf } from './facts.ts';
export { redacted } from './redacted.ts';
export { type TextOptions, type Tone, textOf } from './text.ts';
export { EXIT_STATUS, verdictOf } from './verdict.ts';
export { DOCTOR_LANGUAGES, type DoctorLanguage, doctorLanguage, doctorWords, inWords } from './words/languages.ts';
export type { DoctorWords, FindingWords } from './words/words.ts';
