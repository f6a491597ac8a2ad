import { describe, expect, it } from 'vitest';
import { CALL_OUTCOMES, type Entry } from '../model/thread.ts';
import { callEntryText, callProblemText, overText } from './call-text.ts';
import { en } from './en.ts';
import { es } from './es.ts';

describe.each([
  ['English', en],
  ['Spanish', es],
])('what is said of calls in %s', (_, text) => {
  it.each(CALL_OUTCOMES)('has words for a call that was %s', (outcome) => {
    for (const direction of ['outgoing', 'incoming'] as const) {
      const call = { direction, video: true, outcome };
      expect(callEntryText(text, { id: 'c', body: '', at: 1, mine: false, state: 'call', call })).toMatch(/\w/);
    }
  });

  it.each(['declined', 'engaged', 'no-answer', 'gone', 'insecure', 'relay-only', 'fingerprint_mismatch'] as const)(
    'has a title and a sentence of its own for %s',
    (why) => {
      const { title, text: sentence } = overText(text, why, 'bob');
      expect(title).toMatch(/\w/);
      expect(sentence).not.toBe(text.errors.internal);
    },
  );

  it.each(['microphone', 'camera', 'screen'] as const)('says what to do where the %s is refused', (deed) => {
    expect(callProblemText(text, deed, 'media_refused')).not.toBe(text.errors.media_refused);
    expect(callProblemText(text, deed, 'of a newer server')).toBe(text.errors.internal);
  });

  it('names a missed call by its kind, and who missed it', () => {
    const entry = { id: 'm', body: 'Missed call', at: 1, path: 'mailbox', ms: 1 } as const;
    const theirs: Entry = { ...entry, mine: false, state: 'received', missed: { video: true } };
    expect(callEntryText(text, theirs)).toBe(text.call.record.missed.video);
    const ours: Entry = { ...entry, mine: true, state: 'elsewhere', missed: { video: false } };
    expect(callEntryText(text, ours)).toBe(text.call.record.missedByThem.sound);
    expect(callEntryText(text, { ...entry, mine: false, state: 'received' })).toBeUndefined();
  });

  it('says how long two have talked', () => {
    const call = { direction: 'outgoing', video: false, outcome: 'talked', lastedMs: 65_000 } as const;
    expect(callEntryText(text, { id: 'c', body: '', at: 1, mine: false, state: 'call', call })).toContain('1:05');
  });
});
