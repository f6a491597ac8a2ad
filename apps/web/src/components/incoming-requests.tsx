import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { ContactRow } from './contact-row.tsx';
import { focusAfterRow } from './focus.ts';

const LIST = 'incoming-requests';

/** Those who ask us. Accepting begins the conversation, which takes the focus. */
export function IncomingRequests({ wallets }: { wallets: readonly string[] }) {
  const { contacts, conversations } = useModel();
  const text = useText().contacts;
  if (wallets.length === 0) return null;
  return (
    <section class="contacts" aria-labelledby="incoming-title">
      <h2 id="incoming-title">{text.asking}</h2>
      <ul id={LIST}>
        {wallets.map((wallet, index) => (
          <ContactRow
            key={wallet}
            wallet={wallet}
            test="incoming"
            line={text.asks}
            actions={[
              {
                name: text.accept,
                test: 'accept',
                isPrimary: true,
                act: () => contacts.change('accept', wallet),
                onDone: () => conversations.select(wallet),
              },
              {
                name: text.decline,
                test: 'decline',
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
