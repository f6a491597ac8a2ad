import { useModel } from '../model/model.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { ContactAnnouncer } from './contact-announcer.tsx';
import { ConversationPane } from './conversation-pane.tsx';
import { NoConversation } from './no-conversation.tsx';
import { Sidebar } from './sidebar.tsx';

/** The list and the conversation: side by side on a desk, one at a time on a phone. */
export function Workspace({ wallet }: { wallet: string }) {
  const { conversations } = useModel();
  const peer = conversations.selected.value;
  return (
    <div class="workspace" data-view={peer === undefined ? 'list' : 'conversation'}>
      <ConnectionBanner />
      <ContactAnnouncer />
      <Sidebar wallet={wallet} />
      <main class="main">{peer === undefined ? <NoConversation /> : <ConversationPane key={peer} peer={peer} />}</main>
    </div>
  );
}
