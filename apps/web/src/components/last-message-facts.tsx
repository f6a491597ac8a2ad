import { useText } from '../i18n/use-text.ts';
import type { Entry } from '../model/thread.ts';
import { MessageFate } from './message-fate.tsx';

/** Rows of the list of facts: what became of the person's newest message, with what is no label of its own (SPEC S5.2). */
export function LastMessageFacts({ entry: last }: { entry: Entry | undefined }) {
  const { conversation, details } = useText();
  // A call is no message, and never the person's newest one.
  const entry = last?.state === 'call' ? undefined : last;
  return (
    <>
      <dt>{details.last}</dt>
      <dd class="last-message" data-test="last-message">
        {entry ? <MessageFate entry={entry} /> : details.none}
        {entry?.state === 'queued' && <span>{conversation.queuedLong}</span>}
        {entry?.state === 'elsewhere' && <span>{conversation.elsewhere}</span>}
        {entry && 'forced' in entry && entry.forced && <span data-test="forced">{details.forced}</span>}
      </dd>
    </>
  );
}
