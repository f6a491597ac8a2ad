import { expect, it } from 'vitest';
import { clockText, durationText } from './duration.ts';

it.each([
  [0, 'en', '<1 ms'],
  [0.9, 'en', '<1 ms'],
  [12.4, 'en', '12 ms'],
  [999.6, 'en', '1 s'],
  [1240, 'en', '1.2 s'],
  [1240, 'es', '1,2 s'],
  [59_000, 'en', '59 s'],
  [60_000, 'en', '1 min'],
  [3 * 3_600_000 + 1, 'en', '3 hr'],
  [3 * 3_600_000 + 1, 'es', '3 h'],
  [50 * 3_600_000, 'en', '2 days'],
])('says %d milliseconds in %s as %s', (ms, language, text) => {
  expect(durationText(ms, language)).toBe(text);
});

it.each([
  [0, '0:00'],
  [59_999, '0:59'],
  [12.5 * 60_000, '12:30'],
  [3_723_000, '1:02:03'],
])('shows %d milliseconds on a clock as %s', (ms, text) => {
  expect(clockText(ms)).toBe(text);
});
