import { expect, it } from 'vitest';
import { preferredLanguage } from './language.ts';

it.each([
  [['es-MX', 'en'], 'es'],
  [['de-DE', 'es', 'en'], 'es'],
  [['EN-gb'], 'en'],
  [['fr'], 'en'],
  [[], 'en'],
])('speaks to a browser of %j in %s', (languages, expected) => {
  expect(preferredLanguage(languages)).toBe(expected);
});
