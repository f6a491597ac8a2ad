import { useEffect, useRef } from 'preact/hooks';
import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { obstacleTo } from '../model/people.ts';
import { emptyThread } from '../model/thread.ts';
import { shortName } from '../model/wallet-name.ts';
import { Composer } from './composer.tsx';
import { ConnectionDetails } from './connection-details.tsx';
import { ContactNotice } from './contact-notice.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import { KeyNotices } from './key-notices.tsx';
import { MessageLog } from './message-log.tsx';

export function ConversationPane({ peer }: { peer: string }) {
  const { conversations, contacts } = useModel();
  const text = useText();
  const thread = conversations.threads.value.get(peer) ?? emptyThread(peer);
  const path = conversations.paths.value.get(peer) ?? 'none';
  const obstacle = obstacleTo(contacts.standingOf(peer), conversations.online.value.includes(peer));
  const isNew = useRef(true);
  useEffect(() => {
    isNew.current = false;
  }, []);
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
      <KeyNotices peer={peer} />
      <MessageLog thread={thread} />
      {obstacle ? (
        <ContactNotice peer={peer} standing={obstacle} />
      ) : (
        <Composer peer={peer} path={path} isEntrance={isNew.current} />
      )}
    </section>
  );
}
