import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { obstacleTo } from '../model/people.ts';
import { shortName } from '../model/wallet-name.ts';
import { CALL_START } from './focus.ts';
import { Icon } from './icon.tsx';

/** Calls the other side of a conversation, with or without a picture. */
export function CallButtons({ peer }: { peer: string }) {
  const { calls, contacts, conversations } = useModel();
  const { start } = useText().call;
  if (obstacleTo(contacts.standingOf(peer), conversations.online.value.includes(peer))) return null;
  const { name } = calls.stage.value;
  const isPossible = (name === 'none' || name === 'over') && conversations.links.value.has(peer);
  const button = (kind: 'sound' | 'video') => {
    const label = start[kind](shortName(peer));
    return (
      <button
        type="button"
        id={kind === 'sound' ? CALL_START : undefined}
        class="button-icon"
        data-test={`call-${kind}`}
        aria-label={label}
        title={label}
        aria-disabled={!isPossible}
        onClick={() => isPossible && void calls.start(peer, kind === 'video')}
      >
        <Icon name={kind === 'sound' ? 'phone' : 'camera'} />
      </button>
    );
  };
  return (
    <div class="call-buttons">
      {button('sound')}
      {button('video')}
    </div>
  );
}
