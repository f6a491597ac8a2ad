import { useState } from 'preact/hooks';
import { useText } from '../i18n/use-text.ts';
import { kindsIn, type NoticeKind } from '../model/key-notices.ts';
import { useModel } from '../model/model.ts';
import { shortName } from '../model/wallet-name.ts';
import { Icon } from './icon.tsx';
import { SafetyDialog } from './safety-dialog.tsx';

/** What is new about the other side's keys. Its words stay in the page while there are none, so that screen readers hear its words change. */
export function KeyNotices({ peer }: { peer: string }) {
  const { trust } = useModel();
  const text = useText();
  const [isComparing, setComparing] = useState(false);
  const kinds = kindsIn(trust.notices.value.get(peer) ?? []);
  return (
    <>
      <section
        class={className(kinds)}
        aria-label={text.notices.label}
        data-test="key-notice"
        data-kinds={kinds.join(' ')}
      >
        {kinds.length > 0 && <Icon name={kinds.includes('refused') ? 'warning' : 'shield'} />}
        <p role="status">
          {kinds.length > 0 &&
            [...kinds.map((kind) => text.notices[kind](shortName(peer))), text.notices.advice].join(' ')}
        </p>
        {kinds.length > 0 && (
          <>
            <button type="button" class="button-plain" data-test="notice-compare" onClick={() => setComparing(true)}>
              {text.notices.compare}
            </button>
            <button
              type="button"
              class="button-icon"
              data-test="notice-put-away"
              aria-label={text.notices.putAway}
              title={text.notices.putAway}
              onClick={() => trust.putAway(peer)}
            >
              <Icon name="close" />
            </button>
          </>
        )}
      </section>
      {isComparing && <SafetyDialog peer={peer} onClose={() => setComparing(false)} />}
    </>
  );
}

function className(kinds: readonly NoticeKind[]): string | undefined {
  if (kinds.length === 0) return undefined;
  return kinds.includes('refused') ? 'key-notice key-notice-warning' : 'key-notice';
}
