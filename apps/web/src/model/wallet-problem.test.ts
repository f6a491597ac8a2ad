import { AnypathError } from '@anypath/client';
import { expect, it } from 'vitest';
import { walletProblem } from './wallet-problem.ts';

const from = (code: number) => ({ cause: { code, message: 'as the wallet says' } });

it.each([
  ['the person declined', new AnypathError('forbidden', undefined, from(4001)), 'wallet_declined'],
  ['the page got no leave', new AnypathError('forbidden', undefined, from(4100)), 'wallet_declined'],
  ['the server does not know the page', new AnypathError('forbidden'), 'wallet_forbidden'],
  ['the wallet waits for an answer already', new AnypathError('internal', undefined, from(-32002)), 'wallet_busy'],
  ['the wallet failed', new AnypathError('internal', undefined, from(-32603)), 'wallet_failed'],
  ['the server failed', new AnypathError('internal'), 'internal'],
  ['it took too long', new AnypathError('nonce_invalid'), 'nonce_invalid'],
  ['there were too many', new AnypathError('rate_limited'), 'rate_limited'],
  ['something else was thrown', new TypeError('?'), 'internal'],
])('tells that %s', (_, error, problem) => {
  expect(walletProblem(error)).toBe(problem);
});
