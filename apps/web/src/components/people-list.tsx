import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { isAlone } from '../model/people.ts';
import { BlockedPeople } from './blocked-people.tsx';
import { EmptyPeople } from './empty-people.tsx';
import { LIST_TITLE } from './focus.ts';
import { IncomingRequests } from './incoming-requests.tsx';
import { OutgoingRequests } from './outgoing-requests.tsx';
import { PersonRow } from './person-row.tsx';
import { useFocusOnReturn } from './use-focus-on-return.ts';

export function PeopleList() {
  const { account, contacts, conversations, everybody } = useModel();
  const text = useText();
  const all = everybody.value;
  const { people, asking, asked, blocked } = all;
  const list = useFocusOnReturn(conversations.selected.value);
  const isOnline = account.isOnline.value;
  return (
    <nav class="people" aria-labelledby={LIST_TITLE}>
      <IncomingRequests wallets={asking} />
      <h2 id={LIST_TITLE} tabIndex={-1}>
        {text.people.title}
      </h2>
      {people.length > 0 && (
        <ul ref={list}>
          {people.map((person) => (
            <PersonRow
              key={person.wallet}
              person={person}
              isSelected={person.wallet === conversations.selected.value}
            />
          ))}
        </ul>
      )}
      {isOnline && contacts.isKnown.value && isAlone(all) && <EmptyPeople asked={asked[0]} />}
      {people.length === 0 && !isOnline && <p class="people-waiting">{text.people.waiting}</p>}
      {people.length === 0 && isOnline && !isAlone(all) && <p class="people-waiting">{text.people.nobody}</p>}
      <OutgoingRequests wallets={asked} />
      <BlockedPeople wallets={blocked} />
    </nav>
  );
}
