import { expect, it } from 'vitest';
import { Recently } from './recently.ts';

it('Recently remembers a name for its time, and the youngest where there are too many', () => {
  let now = 0;
  const recently = new Recently(1_000, 10, () => now);
  for (let index = 0; index < 10; index++) recently.note(`n${index}`);
  recently.note('n0');
  expect(recently.has('n1')).toBe(true);
  recently.note('n10');
  expect([recently.has('n0'), recently.has('n1'), recently.has('n10')]).toEqual([true, false, true]);
  now = 999;
  expect(recently.has('n0')).toBe(true);
  now = 1_000;
  expect(recently.has('n0')).toBe(false);
});
