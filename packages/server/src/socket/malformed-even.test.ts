import { describe } from 'vitest';
import { EVENTS, sendMalformed } from '../testing/malformed.ts';

describe('a hundred thousand malformed payloads of each event (every other one; two files run at the same time)', () => {
  sendMalformed(EVENTS.filter((_, index) => index % 2 === 0));
});
