import * as v from 'valibot';
import { UnixMs } from './http.ts';
import { Wallet } from './identifiers.ts';

/**
 * How one wallet stands to another, as the one who looks sees it: `asked` (we asked them), `asking` (they ask us), `mutual`,
 * `blocked` (by us; who is blocked is never told).
 */
export const ContactState = v.picklist(['asked', 'asking', 'mutual', 'blocked']);
export type ContactState = v.InferOutput<typeof ContactState>;

/** One contact of a wallet. */
export const Contact = v.object({
  wallet: Wallet,
  state: ContactState,
  /** Since when it stands so, Unix time in milliseconds. */
  since: UnixMs,
});
export type Contact = v.InferOutput<typeof Contact>;

/** Answer of `GET /api/v1/contacts`. */
export const ContactList = v.object({ contacts: v.array(Contact) });
export type ContactList = v.InferOutput<typeof ContactList>;

/** What a wallet may do about another. */
export const ContactAction = v.picklist(['ask', 'accept', 'remove', 'block']);
export type ContactAction = v.InferOutput<typeof ContactAction>;

/** `contacts:list` over the socket: answered with `{ ok: true, contacts }`. It has no fields. */
export const ContactsQuery = v.nullish(v.object({}));

/** `contacts:change` over the socket: the same as the routes; answered with `{ ok: true, wallet, state }`. */
export const ContactsChange = v.object({ action: ContactAction, wallet: Wallet });
export type ContactsChange = v.InferOutput<typeof ContactsChange>;

/** Body of the routes that change a contact. */
export const ContactRequest = v.strictObject({ wallet: Wallet });
export type ContactRequest = v.InferOutput<typeof ContactRequest>;

/** Answer of the routes that change a contact, and the event `contacts:update`; `none` where there is no relation any more. */
export const ContactUpdate = v.object({
  wallet: Wallet,
  state: v.picklist([...ContactState.options, 'none']),
});
export type ContactUpdate = v.InferOutput<typeof ContactUpdate>;
