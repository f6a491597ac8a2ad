import { useText } from '../i18n/use-text.ts';
import { useModel } from '../model/model.ts';
import { shortName } from '../model/wallet-name.ts';
import { AddContact } from './add-contact.tsx';
import { Avatar } from './avatar.tsx';
import { Icon } from './icon.tsx';
import { PeopleList } from './people-list.tsx';
import { Settings } from './settings.tsx';

/** @param isCovered whether something lies over it, so that it is not to be reached */
export function Sidebar({ wallet, isCovered }: { wallet: string; isCovered: boolean }) {
  const { account } = useModel();
  const text = useText();
  return (
    <aside class="sidebar" aria-label={text.people.title} inert={isCovered}>
      <header class="sidebar-header">
        <Avatar wallet={wallet} />
        <p class="me">
          <span class="me-label">{text.people.signedInAs}</span>
          <span class="me-name" title={wallet}>
            {shortName(wallet)}
          </span>
        </p>
        <button
          type="button"
          class="button-icon"
          data-test="sign-out"
          aria-label={text.signOut}
          title={text.signOut}
          aria-disabled={account.leaving.value === 'now'}
          onClick={() => void account.signOut()}
        >
          <Icon name="leave" />
        </button>
      </header>
      <Settings />
      <AddContact own={wallet} />
      <PeopleList />
    </aside>
  );
}
