import { describe } from 'vitest';
import { EVENTS, sendMalformed } from '../testing/malformed.ts';

describe('a hundred thousand malformed payloads of each event (the rest)', () => {
  sendMalformed(EVENTS.filter((_, index) => index % 2 === 1));
});
