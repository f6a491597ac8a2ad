import { expect, it } from 'vitest';
import { initialOf, nameProblem, shortName } from './wallet-name.ts';

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

it.each([
  ['alice', 'alice', 'A'],
  ['0x-not-an-address', '0x-not-an-address', '0'],
  ['0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', '0xf39f…2266', 'F'],
])('shows %s as %s, and as %s where there is room for a letter', (wallet, short, letter) => {
  expect(shortName(wallet)).toBe(short);
  expect(initialOf(wallet)).toBe(letter);
});
