import { type ContactAction, type ContactList, ContactRequest, ROUTES, type Route } from '@anypath/protocol';
import type { FastifyInstance } from 'fastify';
import { bodyOf } from '../http/body.ts';
import { type GuardParts, sessionRoute } from '../http/guard.ts';
import type { Contacts } from './contacts.ts';

/** What the routes answer from. */
export interface ContactRouteParts extends GuardParts {
  readonly contacts: Pick<Contacts, 'list' | 'change'>;
}

/** The route of each action. */
const CHANGES: Readonly<Record<ContactAction, Route>> = {
  ask: ROUTES.contactsAsk,
  accept: ROUTES.contactsAccept,
  remove: ROUTES.contactsRemove,
  block: ROUTES.contactsBlock,
};
const ACTIONS = Object.keys(CHANGES) as ContactAction[];

/** The list of the signed-in wallet's contacts, and what changes it. */
export function contactRoutes(app: FastifyInstance, { contacts, ...guard }: ContactRouteParts): void {
  sessionRoute(
    app,
    guard,
    ROUTES.contacts,
    { limit: 'contacts' },
    async ({ wallet }, _request, reply): Promise<ContactList> => {
      reply.header('cache-control', 'no-store');
      return { contacts: [...(await contacts.list(wallet))] };
    },
  );
  for (const action of ACTIONS) {
    sessionRoute(app, guard, CHANGES[action], { limit: 'contacts' }, ({ wallet }, request, reply) => {
      const { wallet: peer } = bodyOf(request, ContactRequest);
      reply.header('cache-control', 'no-store');
      return contacts.change(wallet, action, peer);
    });
  }
}
