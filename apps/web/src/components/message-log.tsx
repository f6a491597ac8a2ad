import { useText } from '../i18n/use-text.ts';
import type { Thread } from '../model/thread.ts';
import { CallItem } from './call-item.tsx';
import { MessageItem } from './message-item.tsx';
import { useStickToEnd } from './use-stick-to-end.ts';

export function MessageLog({ thread }: { thread: Thread }) {
  const text = useText();
  const { peer, entries } = thread;
  const newestOwn = entries.findLast(({ mine }) => mine)?.id;
  const { ref, onScroll } = useStickToEnd<HTMLDivElement>(entries, newestOwn);
  return (
    <div
      ref={ref}
      class="log"
      role="log"
      aria-label={text.conversation.messages(peer)}
      aria-relevant="additions"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard
      tabIndex={0}
      onScroll={onScroll}
    >
      {entries.length === 0 && <p class="log-empty">{text.conversation.empty}</p>}
      <ol>
        {entries.map((entry) =>
          entry.state === 'call' || entry.missed ? (
            <CallItem key={entry.id} peer={peer} entry={entry} />
          ) : (
            <MessageItem key={entry.id} peer={peer} entry={entry} />
          ),
        )}
      </ol>
    </div>
  );
}
