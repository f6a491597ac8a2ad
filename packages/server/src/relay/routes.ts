import {
  EnqueueRequest,
  LIMITS,
  type Mail,
  type MailAcked,
  MailAckRequest,
  type MailAnswer,
  PullQuery,
  ROUTES,
} from '@anypath/protocol';
import type { FastifyInstance } from 'fastify';
import type { Bus } from '../bus/port.ts';
import { bodyOf, queryOf } from '../http/body.ts';
import { type GuardParts, sessionRoute } from '../http/guard.ts';
import type { Mailbox } from './mailbox.ts';

/** What the routes answer from. */
export interface MailboxRouteParts extends GuardParts {
  readonly mailbox: Mailbox;
  readonly bus: Pick<Bus, 'devicesOf' | 'rtcDevicesOf'>;
}

/** The mailbox over plain HTTP, for clients that can hold no socket. */
export function mailboxRoutes(app: FastifyInstance, { mailbox, bus, ...guard }: MailboxRouteParts): void {
  const enqueueGuard = { limit: 'mail', bodyMaxBytes: LIMITS.httpMailMaxBytes } as const;
  sessionRoute(app, guard, ROUTES.enqueue, enqueueGuard, async ({ wallet }, request, reply) => {
    const { keyId, body, ...message } = bodyOf(request, EnqueueRequest);
    await mailbox.requireDevice(wallet, keyId);
    reply.header('cache-control', 'no-store');
    const sender = { wallet, keyId, rtc: mayUseRtc(bus, wallet) };
    return mailbox.enqueue(sender, { ...message, body: Buffer.from(body, 'base64') });
  });
  sessionRoute(app, guard, ROUTES.pull, { limit: 'mailbox' }, async ({ wallet }, request, reply) => {
    const { keyId, after, max } = queryOf(request, PullQuery);
    await mailbox.requireDevice(wallet, keyId);
    reply.header('cache-control', 'no-store');
    const { messages, more } = await mailbox.pull({ wallet, keyId }, { after, max });
    return { messages: messages.map(inBase64), more } satisfies MailAnswer;
  });
  sessionRoute(app, guard, ROUTES.ack, { limit: 'mailbox' }, async ({ wallet }, request, reply) => {
    const { keyId, positions } = bodyOf(request, MailAckRequest);
    await mailbox.requireDevice(wallet, keyId);
    reply.header('cache-control', 'no-store');
    const acked = await mailbox.acknowledge({ wallet, keyId }, positions);
    const more = (await mailbox.firstWaiting({ wallet, keyId }, 0)) !== undefined;
    return { acked, more } satisfies MailAcked;
  });
}

/** Over HTTP nobody knows which device it is: it may, unless all that are connected say that they cannot. */
const mayUseRtc = (bus: MailboxRouteParts['bus'], wallet: string): boolean =>
  bus.devicesOf(wallet).length === 0 || bus.rtcDevicesOf(wallet).length > 0;

const inBase64 = ({ body, ...mail }: Mail): MailAnswer['messages'][number] => {
  return { ...mail, body: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64') };
};
