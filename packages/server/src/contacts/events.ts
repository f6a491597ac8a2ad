import type { Handlers } from '../socket/events.ts';
import type { Contacts } from './contacts.ts';

/** The contacts over the socket, for clients whose tokens are not accepted on the HTTP routes. */
export const contactEvents = (
  contacts: Pick<Contacts, 'list' | 'change'>,
): Pick<Handlers, 'contacts:list' | 'contacts:change'> => ({
  'contacts:list': async ({ data }) => ({ ok: true, contacts: await contacts.list(data.device.wallet) }),
  'contacts:change': async ({ data }, { action, wallet: peer }) => ({
    ok: true,
    ...(await contacts.change(data.device.wallet, action, peer)),
  }),
});
