import type { Client, Link, Message } from '@anypath/client';
import type { Program } from '../device.ts';
import type { Ledger } from '../ledger.ts';
import type { Random } from '../random.ts';

/** One message in so many is long enough to travel in parts. */
const LONG_ONE_IN = 60;
const LONG_BYTES = 120_000;
const SHORT_BYTES = 200;
/** Messages that follow one another without waiting. */
const BURST_MAX = 4;

/** What the applications of both sides share. */
export interface Conversation {
  readonly ledger: Ledger;
  readonly random: Random;
  /** Whether to send on. */
  isOpen: boolean;
}

/** Sends numbered messages to several wallets; the next when the last ones are kept or delivered. */
export function sendingTo(conversation: Conversation, from: string, recipients: readonly string[]): Program {
  const numbers = new Map(recipients.map((to) => [to, 0]));
  const { ledger } = conversation;
  return (client, isAlive) => {
    client.on('queued', (_, id) => {
      if (isAlive()) ledger.acked(id, true);
    });
    for (const to of recipients) {
      const link = client.link(to);
      link.on('queued', ({ id }) => {
        if (isAlive()) ledger.acked(id, true);
      });
      const sendNext = () => {
        const number = (numbers.get(to) ?? 0) + 1;
        numbers.set(to, number);
        return sent(conversation, link, { from, to, number }, isAlive);
      };
      void sendOn(conversation, sendNext, isAlive);
    }
  };
}

async function sendOn(
  conversation: Conversation,
  sendNext: () => Promise<void>,
  isAlive: () => boolean,
): Promise<void> {
  while (conversation.isOpen && isAlive()) {
    const burst = conversation.random.between(1, BURST_MAX);
    await Promise.all(Array.from({ length: burst }, sendNext));
  }
}

async function sent(
  { ledger, random }: Conversation,
  link: Link,
  message: Parameters<Ledger['sent']>[1],
  isAlive: () => boolean,
): Promise<void> {
  const bytes = random.between(1, LONG_ONE_IN) === 1 ? LONG_BYTES : SHORT_BYTES;
  const { id, queued, delivered } = link.send(`${message.number} `.padEnd(bytes, '.'));
  ledger.sent(id, message);
  // A program that ends breaks its receipts.
  delivered.catch(() => undefined);
  await queued.then(
    () => isAlive() && ledger.acked(id),
    () => undefined,
  );
}

/** Takes every message that comes. */
export const receiving =
  ({ ledger }: Conversation, to: string): Program =>
  (client: Client, isAlive) => {
    client.on('link', (link) => {
      link.on('message', ({ from, body, path }: Message) => {
        if (!isAlive()) return;
        ledger.seen({ from, to, number: Number.parseInt(String(body), 10) }, path === 'mailbox');
      });
    });
  };
