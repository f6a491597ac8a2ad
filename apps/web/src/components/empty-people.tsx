import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { Icon } from './icon.tsx';

export function EmptyPeople() {
  const { account } = useModel();
  const { people } = useText();
  const phase = account.phase.value;
  // Every tab of this browser is the same person then.
  const isByCookie = 'session' in phase && phase.session.token === undefined;
  return (
    <div class="empty-people" data-test="empty-people">
      <div class="card-icon">
        <Icon name="people" />
      </div>
      <p class="empty-title">{people.emptyTitle}</p>
      <p>{isByCookie ? people.emptyTextByCookie : people.emptyText}</p>
      {/* Without an opener the new tab gets storage of its own, and with it a sign-in of its own. */}
      {!isByCookie && (
        <a class="button-plain" href={location.pathname + location.search} target="_blank" rel="noopener">
          {people.emptyLink}
        </a>
      )}
    </div>
  );
}
