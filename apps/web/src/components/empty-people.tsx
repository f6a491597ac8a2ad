import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { shortName } from '../model/wallet-name.ts';
import { Icon } from './icon.tsx';

/**
 * What to do where there is nobody to talk to.
 *
 * @param asked somebody who has been asked
 */
export function EmptyPeople({ asked }: { asked: string | undefined }) {
  const { account } = useModel();
  const { people } = useText();
  const phase = account.phase.value;
  // Every tab of this browser is the same person then.
  const isByCookie = 'session' in phase && phase.session.token === undefined;
  const steps = isByCookie ? people.emptyStepsByCookie : people.emptySteps;
  return (
    <div class="empty-people" data-test="empty-people">
      {asked === undefined ? (
        <>
          <div class="card-icon">
            <Icon name="people" />
          </div>
          <p class="empty-title">{people.emptyTitle}</p>
          <ol>
            {steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </>
      ) : (
        <p>
          {people.emptyAsked} {!isByCookie && people.emptyAskedByToken(shortName(asked))}
        </p>
      )}
      {/* Without an opener the new tab gets storage of its own, and with it a sign-in of its own. */}
      {!isByCookie && (
        <a class="button-plain" href={location.pathname + location.search} target="_blank" rel="noopener">
          {people.emptyLink}
        </a>
      )}
    </div>
  );
}
