import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { convIdOf, Wallet } from './index.ts';

describe('a wallet', () => {
  it.each(['a', '0x52908400098527886E0F7030069857D2E4169EE7', 'Ñandú', '你好', 'x'.repeat(128)])(
    'may be %s',
    (wallet) => {
      expect(v.is(Wallet, wallet)).toBe(true);
    },
  );

  it.each(['', 'a b', 'a:b', 'a\nb', 'a\u0000', 'a\u200bb', 'x'.repeat(129), 7, null])('may not be %j', (wallet) => {
    expect(v.is(Wallet, wallet)).toBe(false);
  });
});

describe('[S4.3] convId', () => {
  it('is the same from both sides', () => {
    expect(convIdOf('bob', 'alice')).toBe('alice:bob');
    expect(convIdOf('alice', 'bob')).toBe('alice:bob');
  });
});
