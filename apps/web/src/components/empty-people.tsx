import { useText } from '../i18n/use-text.ts';
import { Icon } from './icon.tsx';

export function EmptyPeople() {
  const { people } = useText();
  return (
    <div class="empty-people" data-test="empty-people">
      <div class="card-icon">
        <Icon name="people" />
      </div>
      <p class="empty-title">{people.emptyTitle}</p>
      <p>{people.emptyText}</p>
      {/* Without an opener the new tab gets storage of its own, and with it a sign-in of its own. */}
      <a class="button-plain" href={location.pathname + location.search} target="_blank" rel="noopener">
        {people.emptyLink}
      </a>
    </div>
  );
}
