import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';

/** Says that the server is not there right now, and that a sign-out did not reach it. The element stays, so that screen readers hear its words change. */
export function ConnectionBanner() {
  const { account } = useModel();
  const text = useText();
  const { status } = text;
  const leaving = account.leaving.value;
  const isOnline = account.isOnline.value;
  const words = account.phase.value.name === 'connecting' ? status.connecting : status.reconnecting;
  return (
    <div class="banner" role="status" data-test="banner" data-shown={String(!isOnline)}>
      {!isOnline && <span>{words}</span>}
      {leaving !== 'no' && leaving !== 'now' && <span>{text.signOutFailed(text.errors[leaving])}</span>}
    </div>
  );
}
