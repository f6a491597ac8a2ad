import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { emptyThread } from '../model/thread.ts';
import { shortName } from '../model/wallet-name.ts';
import { Composer } from './composer.tsx';
import { ConnectionDetails } from './connection-details.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import { MessageLog } from './message-log.tsx';

export function ConversationPane({ peer }: { peer: string }) {
  const { conversations } = useModel();
  const text = useText();
  const thread = conversations.threads.value.get(peer) ?? emptyThread(peer);
  const path = conversations.paths.value.get(peer) ?? 'none';
  return (
    <section
      class="conversation"
      data-test="conversation"
      data-peer={peer}
      data-path={path}
      aria-label={text.conversation.with(shortName(peer))}
    >
      <ConversationHeader peer={peer} path={path} />
      <ConnectionDetails peer={peer} path={path} />
      <MessageLog thread={thread} />
      <Composer peer={peer} path={path} />
    </section>
  );
}
