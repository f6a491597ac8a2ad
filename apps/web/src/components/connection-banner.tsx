import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';

/** Says that the server is not there right now. The element stays, so that screen readers hear its words change. */
export function ConnectionBanner() {
  const { account } = useModel();
  const { status } = useText();
  const isOnline = account.isOnline.value;
  const words = account.phase.value.name === 'connecting' ? status.connecting : status.reconnecting;
  return (
    <div class="banner" role="status" data-test="banner" data-shown={String(!isOnline)}>
      {!isOnline && <span>{words}</span>}
    </div>
  );
}
