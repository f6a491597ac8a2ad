import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { peopleOf } from '../model/people.ts';
import { EmptyPeople } from './empty-people.tsx';
import { PersonRow } from './person-row.tsx';
import { useFocusOnReturn } from './use-focus-on-return.ts';

export function PeopleList() {
  const { account, conversations } = useModel();
  const text = useText();
  const people = peopleOf(conversations.online.value, conversations.threads.value);
  const list = useFocusOnReturn(conversations.selected.value);
  const isAlone = conversations.online.value.length === 0;
  return (
    <nav class="people" aria-labelledby="people-title">
      <h2 id="people-title">{text.people.title}</h2>
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
      {isAlone && (account.isOnline.value ? <EmptyPeople /> : <p class="people-waiting">{text.people.waiting}</p>)}
    </nav>
  );
}
