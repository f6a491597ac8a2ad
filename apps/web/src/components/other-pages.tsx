import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';

/** The pages beside this one: the check of the network, and, for who may see it, how the server does. */
export function OtherPages() {
  const { account } = useModel();
  const { settings } = useText();
  const phase = account.phase.value;
  const isAdmin = 'session' in phase && phase.session.admin === true;
  return (
    <nav class="other-pages" aria-label={settings.pages}>
      <a class="button-plain" data-test="to-check" href="/check">
        {settings.check}
      </a>
      {isAdmin && (
        <a class="button-plain" data-test="to-ops" href="/ops">
          {settings.ops}
        </a>
      )}
    </nav>
  );
}
