import type { Path } from '@anypath/client';
import { useEffect, useRef } from 'preact/hooks';
import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { shortName } from '../model/wallet-name.ts';
import { Avatar } from './avatar.tsx';
import { CallButtons } from './call-buttons.tsx';
import { Icon } from './icon.tsx';
import { PathBadge } from './path-badge.tsx';
import { PeerMenu } from './peer-menu.tsx';

export function ConversationHeader({ peer, path }: { peer: string; path: Path }) {
  const { conversations, contacts, everybody } = useModel();
  const text = useText();
  const requests = everybody.value.asking.length;
  const heading = useRef<HTMLHeadingElement>(null);
  // Where the conversation takes the place of the list, the focus goes along.
  useEffect(() => {
    if (matchMedia('(max-width: 719px)').matches) heading.current?.focus();
  }, []);
  return (
    <header class="conversation-header">
      <button
        type="button"
        class="button-icon back"
        data-test="back"
        aria-label={
          requests > 0 ? `${text.conversation.back}, ${text.contacts.requests(requests)}` : text.conversation.back
        }
        onClick={() => conversations.deselect()}
      >
        <Icon name="back" />
        {requests > 0 && (
          <span class="unread" aria-hidden="true">
            {requests}
          </span>
        )}
      </button>
      <Avatar wallet={peer} />
      <div class="peer">
        <h1 class="peer-name" ref={heading} tabIndex={-1} title={peer}>
          {shortName(peer)}
        </h1>
        <p class="path-explained">{text.path.explained[path]}</p>
      </div>
      <PathBadge path={path} />
      <CallButtons peer={peer} />
      <PeerMenu peer={peer} standing={contacts.standingOf(peer)} />
      <p class="visually-hidden" aria-live="polite">
        {text.path.announced[path]}
      </p>
    </header>
  );
}
