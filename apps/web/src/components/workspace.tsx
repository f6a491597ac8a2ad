import { useModel } from '../model/model.ts';
import { CallAnnouncer } from './call-announcer.tsx';
import { CallSound } from './call-sound.tsx';
import { CallStage } from './call-stage.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { ContactAnnouncer } from './contact-announcer.tsx';
import { ConversationPane } from './conversation-pane.tsx';
import { IncomingCall } from './incoming-call.tsx';
import { NoConversation } from './no-conversation.tsx';
import { Sidebar } from './sidebar.tsx';

/** The list and the conversation: side by side on a desk, one at a time on a phone. */
export function Workspace({ wallet }: { wallet: string }) {
  const { calls, conversations } = useModel();
  const peer = conversations.selected.value;
  const { name } = calls.stage.value;
  const isInCall = name === 'opening' || name === 'going';
  const isCovered = isInCall && calls.isLarge.value;
  return (
    <div class="workspace" data-view={peer === undefined ? 'list' : 'conversation'} data-call={isInCall}>
      <ConnectionBanner />
      <ContactAnnouncer />
      <CallAnnouncer />
      <CallStage isLarge={isCovered} />
      <Sidebar wallet={wallet} isCovered={isCovered} />
      <main class="main" inert={isCovered}>
        {peer === undefined ? <NoConversation /> : <ConversationPane key={peer} peer={peer} />}
      </main>
      <CallSound />
      <IncomingCall />
    </div>
  );
}
