import { callEntryText } from '../i18n/call-text.ts';
import type { Dictionary } from '../i18n/en.ts';
import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import type { Person } from '../model/people.ts';
import { shortName } from '../model/wallet-name.ts';
import { Avatar } from './avatar.tsx';

export function PersonRow({ person, isSelected }: { person: Person; isSelected: boolean }) {
  const { conversations } = useModel();
  const text = useText();
  const { wallet, isOnline, unread } = person;
  const preview = previewOf(person, text);
  return (
    <li>
      <button
        type="button"
        class="person"
        data-test="person"
        data-wallet={wallet}
        data-online={String(isOnline)}
        aria-current={isSelected ? 'true' : undefined}
        onClick={() => conversations.select(wallet)}
      >
        <Avatar wallet={wallet} />
        <span class="person-name" title={wallet}>
          {shortName(wallet)}
        </span>
        <span class="person-line">
          <span class="presence">{presenceOf(person, text)}</span>
          {preview && <span class="preview"> · {preview}</span>}
        </span>
        {unread > 0 && (
          <span class="unread" data-test="unread">
            <span aria-hidden="true">{unread > 99 ? '99+' : unread}</span>
            <span class="visually-hidden">{text.people.unread(unread)}</span>
          </span>
        )}
      </button>
    </li>
  );
}

function presenceOf({ isOnline, standing }: Person, { people }: Dictionary): string {
  if (isOnline) return people.online;
  return standing === 'former' || standing === 'asked' ? people[standing] : people.offline;
}

/** As much of the newest message as one line can show. */
function previewOf({ last }: Person, text: Dictionary): string | undefined {
  if (!last) return undefined;
  const call = callEntryText(text, last);
  if (call) return call;
  const { people, conversation } = text;
  const words = last.binaryBytes === undefined ? last.body.slice(0, 120) : conversation.binary(last.binaryBytes);
  return last.mine ? `${people.you} ${words}` : words;
}
