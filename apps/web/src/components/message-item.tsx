import { useText } from '../i18n/use-text.ts';
import type { Entry } from '../model/thread.ts';
import { shortName } from '../model/wallet-name.ts';
import { MessageFate } from './message-fate.tsx';
import { MessageTime } from './message-time.tsx';
import { SendAgain } from './send-again.tsx';

export function MessageItem({ peer, entry }: { peer: string; entry: Exclude<Entry, { state: 'call' }> }) {
  const { conversation } = useText();
  const { id, mine, state, body, binaryBytes } = entry;
  const own = state === 'elsewhere' ? conversation.youElsewhere : conversation.you;
  return (
    <li
      class={mine ? 'message message-mine' : 'message'}
      data-test="message"
      data-id={id}
      data-mine={String(mine)}
      data-state={state}
      data-path={'path' in entry ? entry.path : undefined}
    >
      <div class="bubble">
        <span class="visually-hidden">{mine ? own : shortName(peer)}: </span>
        <p class="body" data-test="body" dir="auto">
          {binaryBytes === undefined ? body : conversation.binary(binaryBytes)}
        </p>
      </div>
      <p class="meta">
        <MessageTime at={entry.at} />
        <MessageFate entry={entry} />
      </p>
      {state === 'failed' && <SendAgain peer={peer} id={id} />}
    </li>
  );
}
