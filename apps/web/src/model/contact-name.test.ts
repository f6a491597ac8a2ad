import { expect, it } from 'vitest';
import type { Standing } from './contact-book.ts';
import { type AskProblem, askProblem, walletNamed } from './contact-name.ts';

const ADDRESS = '0x52908400098527886E0F7030069857D2E4169EE7';

it.each([
  ['  bob ', 'bob'],
  ['Bob', 'Bob'],
  [` ${ADDRESS}\n`, ADDRESS.toLowerCase()],
  ['0xABC', '0xABC'],
])('takes %j for the wallet %j', (name, wallet) => {
  expect(walletNamed(name)).toBe(wallet);
});

it.each<[string, Standing | undefined, AskProblem | undefined]>([
  ['bob', undefined, undefined],
  ['bob', 'former', undefined],
  ['bob', 'asking', undefined],
  [ADDRESS.toLowerCase(), undefined, undefined],
  ['0xABC', undefined, undefined],
  ['', undefined, 'empty'],
  ['two words', undefined, 'bad_character'],
  ['a:b', undefined, 'bad_character'],
  ['x'.repeat(129), undefined, 'too_long'],
  ['alice', undefined, 'yourself'],
  ['bob', 'asked', 'asked_already'],
  ['bob', 'blocked', 'blocked_by_you'],
  [ADDRESS.slice(0, -1), undefined, 'bad_address'],
])('%j, who is %s, may be asked by alice: %s', (wallet, standing, problem) => {
  expect(askProblem(wallet, 'alice', standing)).toBe(problem);
});
