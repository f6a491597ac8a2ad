import { expect, it } from 'vitest';
import { nameProblem } from './wallet-name.ts';

it.each(['alice', 'José', '0xAbc…', '李', 'a'.repeat(128)])('accepts the name %s', (name) => {
  expect(nameProblem(name)).toBeUndefined();
});

it.each([
  ['', 'empty'],
  ['a b', 'bad_character'],
  ['a:b', 'bad_character'],
  ['a\u200bb', 'bad_character'],
  ['a'.repeat(129), 'too_long'],
])('says what is wrong with %j', (name, problem) => {
  expect(nameProblem(name)).toBe(problem);
});
