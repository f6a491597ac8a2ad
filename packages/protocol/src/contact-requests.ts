import * as v from 'valibot';
import { Wallet } from './identifiers.ts';

// Apart from what the SDK parses: a bundler takes a module whole.

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
