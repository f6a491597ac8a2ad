import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { ContactRow } from './contact-row.tsx';
import { focusAfterRow } from './focus.ts';

const LIST = 'outgoing-requests';

/** Those whom we ask and who have not answered. */
export function OutgoingRequests({ wallets }: { wallets: readonly string[] }) {
  const { contacts } = useModel();
  const text = useText();
  if (wallets.length === 0) return null;
  return (
    <section class="contacts" aria-labelledby="outgoing-title">
      <h2 id="outgoing-title">{text.people.asked}</h2>
      <ul id={LIST}>
        {wallets.map((wallet, index) => (
          <ContactRow
            key={wallet}
            wallet={wallet}
            test="outgoing"
            actions={[
              {
                name: text.contacts.withdraw,
                test: 'withdraw',
                act: () => contacts.change('remove', wallet),
                onDone: () => focusAfterRow(LIST, index),
              },
            ]}
          />
        ))}
      </ul>
    </section>
  );
}
