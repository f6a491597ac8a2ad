import { callEntryText } from '../i18n/call-text.ts';
import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import type { Entry } from '../model/thread.ts';
import { Icon } from './icon.tsx';
import { MessageFate } from './message-fate.tsx';
import { MessageTime } from './message-time.tsx';

/** A call in the conversation: how it went, or that it was missed, with the path on which that came to be known. */
export function CallItem({ peer, entry }: { peer: string; entry: Entry }) {
  const { calls } = useModel();
  const text = useText();
  const isVideo = entry.state === 'call' ? entry.call.video : (entry.missed?.video ?? false);
  const isMissed = entry.state === 'call' ? entry.call.outcome === 'missed' : !entry.mine;
  const { name } = calls.stage.value;
  const isFree = name === 'none' || name === 'over';
  return (
    <li
      class={isMissed ? 'call-item call-item-missed' : 'call-item'}
      data-test="call-item"
      data-id={entry.id}
      data-outcome={entry.state === 'call' ? entry.call.outcome : 'missed'}
      data-path={'path' in entry ? entry.path : undefined}
    >
      <p class="call-item-words">
        <Icon name={isVideo ? 'camera' : 'phone'} />
        <span>{callEntryText(text, entry)}</span>
      </p>
      <p class="meta">
        <MessageTime at={entry.at} />
        {entry.state !== 'call' && <MessageFate entry={entry} />}
      </p>
      {isMissed && (
        <button
          type="button"
          class="button-plain"
          data-test="call-back"
          aria-disabled={!isFree}
          onClick={() => isFree && void calls.start(peer, isVideo)}
        >
          {text.call.record.callBack}
        </button>
      )}
    </li>
  );
}
