import type { TraceEntry } from '@anypath/client';
import type { Dictionary } from '../i18n/en.ts';
import { useText } from '../i18n/use-text.ts';
import { candidateTexts } from '../model/inspection.ts';
import { useModel } from '../model/model.ts';

/** Entries on screen; all that there are go with the copy. */
const SHOWN = 100;

/** The latest events of a link, the newest first. */
export function TraceList({ trace, labelledBy }: { trace: readonly TraceEntry[]; labelledBy: string }) {
  const { preferences } = useModel();
  const text = useText();
  const format = new Intl.DateTimeFormat(preferences.language.value, {
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  });
  return (
    <section
      class="trace"
      aria-labelledby={labelledBy}
      data-test="trace"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard
      tabIndex={0}
    >
      <ol>
        {trace
          .slice(-SHOWN)
          .reverse()
          .map((entry, index) => (
            <li key={trace.length - index} data-event={entry.event}>
              <time dateTime={new Date(entry.at).toISOString()}>{format.format(entry.at)}</time>
              <span>
                {entryText(entry, text)} {'because' in entry && <code>{entry.because}</code>}
              </span>
            </li>
          ))}
      </ol>
    </section>
  );
}

function entryText(entry: TraceEntry, { inspector: { events }, path: { names } }: Dictionary): string {
  switch (entry.event) {
    case 'socket':
      return entry.up ? events.socketUp : events.socketDown;
    case 'presence':
      return events.devices(entry.devices);
    case 'path':
      return events.path(names[entry.from], names[entry.to]);
    case 'upgrade':
      return events.upgrade[entry.to];
    case 'tier':
      return `WebRTC: ${names[entry.tier]}`;
    case 'overdue':
      return events.overdue(entry.messages);
    case 'resent':
      return events.resent(entry.messages, `${names[entry.lostOn]} → ${names[entry.path]}`);
    case 'mailbox':
      return events.mailbox[entry.step](entry.messages);
    case 'attempt':
      return `WebRTC ${entry.attempt}: ${events.attempt[entry.step]}, ${entry.ms} ms`;
    case 'candidates':
      return `WebRTC ${entry.attempt}: ${events.candidates[entry.side]} (${candidateTexts(entry.found).join(', ') || '0'})`;
    case 'ended':
      return `WebRTC ${entry.attempt}: ${events.outcome[entry.outcome]}${entry.reason ? ` (${entry.reason})` : ''}, ${entry.ms} ms`;
    case 'closed':
      return events.closed;
  }
}
