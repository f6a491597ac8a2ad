import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { ContactRow } from './contact-row.tsx';
import { focusAfterRow } from './focus.ts';
import { Icon } from './icon.tsx';

const LIST = 'blocked-people';

/** Those whom the person blocks, folded away. */
export function BlockedPeople({ wallets }: { wallets: readonly string[] }) {
  const { contacts } = useModel();
  const text = useText().contacts;
  if (wallets.length === 0) return null;
  return (
    <details class="blocked" data-test="blocked">
      <summary>
        <Icon name="block" />
        {text.blocked(wallets.length)}
        <Icon name="chevron" />
      </summary>
      <ul id={LIST}>
        {wallets.map((wallet, index) => (
          <ContactRow
            key={wallet}
            wallet={wallet}
            test="blocked-person"
            actions={[
              {
                name: text.unblock,
                test: 'unblock',
                act: () => contacts.change('remove', wallet),
                onDone: () => focusAfterRow(LIST, index),
              },
            ]}
          />
        ))}
      </ul>
    </details>
  );
}
