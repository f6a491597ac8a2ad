import type { Deed } from '../model/call-session.ts';
import type { Why } from '../model/calls.ts';
import { clockText } from '../model/duration.ts';
import type { CallRecord, Entry } from '../model/thread.ts';
import type { Dictionary } from './en.ts';
import { problemText } from './problem-text.ts';

/** Whether a call is one with pictures, in the words of the dictionary. */
export const kindOf = (video: boolean): 'sound' | 'video' => (video ? 'video' : 'sound');

/** Why a call does not go, and what to do. */
export function whyText(text: Dictionary, why: Why): string {
  const sentences: Readonly<Record<string, string>> = text.call.over.text;
  return sentences[why] ?? problemText(text, why);
}

/** Why there is no call, in a title and a sentence that says what to do. */
export function overText(text: Dictionary, why: Why, name: string): { readonly title: string; readonly text: string } {
  const { title } = text.call.over;
  const titles: Readonly<Record<string, (name: string) => string>> = title;
  return { title: (titles[why] ?? title.failed)(name), text: whyText(text, why) };
}

/** What did not work in a call, and what to do. */
export function callProblemText(text: Dictionary, deed: Deed, code: string): string {
  const sentences: Readonly<Record<string, string>> = text.call.problems[deed];
  return sentences[code] ?? problemText(text, code);
}

/** A call or a missed one, as the conversation says it; nothing for a message that is neither. */
export function callEntryText(text: Dictionary, entry: Entry): string | undefined {
  const { record } = text.call;
  if (entry.state === 'call') return recordText(text, entry.call);
  if (!entry.missed) return undefined;
  return (entry.mine ? record.missedByThem : record.missed)[kindOf(entry.missed.video)];
}

function recordText({ call: { record } }: Dictionary, { outcome, direction, video, lastedMs }: CallRecord): string {
  switch (outcome) {
    case 'talked': {
      const kind = record.talked[kindOf(video)];
      return lastedMs === undefined ? kind : `${kind}, ${clockText(lastedMs)}`;
    }
    case 'declined':
      return record.declined[direction];
    case 'missed':
      return record.missed[kindOf(video)];
    default:
      return record[outcome];
  }
}
