import * as v from 'valibot';
import { Wallet } from './identifiers.ts';
import { UnixMs } from './unix-ms.ts';

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

/** Answer of the routes that change a contact, and the event `contacts:update`; `none` where there is no relation any more. */
export const ContactUpdate = v.object({
  wallet: Wallet,
  state: v.picklist([...ContactState.options, 'none']),
});
export type ContactUpdate = v.InferOutput<typeof ContactUpdate>;
