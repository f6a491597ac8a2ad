import { useText } from '../i18n/use-text.ts';
import { durationText } from '../model/duration.ts';
import { useModel } from '../model/model.ts';
import type { Entry } from '../model/thread.ts';
import { Icon } from './icon.tsx';
import { PathBadge } from './path-badge.tsx';

/** What became of a message: its path and how long it took, or why there is none yet. */
export function MessageFate({ entry }: { entry: Exclude<Entry, { state: 'call' }> }) {
  const { preferences } = useModel();
  const { conversation } = useText();
  switch (entry.state) {
    case 'sending':
      return (
        <span class="fate">
          <Icon name="clock" />
          {conversation.sending}
          <span data-test="took" />
        </span>
      );
    case 'queued':
      return (
        <span class="fate" title={conversation.queuedLong}>
          <Icon name="mailbox" />
          {conversation.queued}
          <span data-test="took" />
        </span>
      );
    case 'failed':
      return (
        <span class="fate fate-failed">
          <Icon name="warning" />
          {conversation.failed}
          <span data-test="took" />
        </span>
      );
    case 'delivered':
    case 'elsewhere':
    case 'received':
      return (
        <>
          <PathBadge path={entry.path} />
          <span data-test="took" data-ms={entry.ms}>
            {durationText(entry.ms, preferences.language.value)}
          </span>
          {entry.state === 'delivered' && (
            <span class="fate">
              <Icon name="check" />
              <span class="fate-word">{conversation.delivered}</span>
            </span>
          )}
          {/* In words before the message, and in the details. */}
          {entry.state === 'elsewhere' && (
            <span class="fate" title={conversation.elsewhere}>
              <Icon name="device" />
            </span>
          )}
        </>
      );
  }
}
