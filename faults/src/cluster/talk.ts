import type { Client, Link, Message } from '@anypath/client';
import type { Program } from '../device.ts';
import type { Ledger, Numbered } from '../ledger.ts';
import type { Random } from '../random.ts';
import { Gaps } from './gaps.ts';

/** How often each client says something, milliseconds; up to a fifth more or less, so that they do not keep step. */
const EVERY_MS = 400;
const BYTES = 200;

/** One side of a flow. */
interface End {
  readonly client: Client;
  readonly link: Link;
}

/** Entries of a trace that are shown, the latest. */
const ENTRIES_SHOWN = 25;

/** Clients that talk all the while: each sends numbered messages to the next, in a ring, whether or not the last ones came. */
export class Talk {
  readonly gaps = new Gaps();
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #numbers = new Map<string, number>();
  readonly #ends = new Map<string, { from?: End; to?: End }>();
  /** Whether to send on. */
  isOpen = false;

  constructor(ledger: Ledger, random: Random) {
    this.#ledger = ledger;
    this.#random = random;
  }

  /** What the client of a wallet does. @param to whom it writes */
  of(wallet: string, to: string): Program {
    this.gaps.expect(`${wallet} ${to}`);
    return (client, isAlive) => {
      this.#receive(client, wallet, isAlive);
      void this.#send(client, { from: wallet, to }, isAlive);
    };
  }

  /** What both ends of a flow believe, and what happened to their links, for whoever wonders why nothing comes. */
  async explain(flow: string): Promise<string[]> {
    const { from, to } = this.#ends.get(flow) ?? {};
    return [...(await explained(`${flow}, sender`, from)), ...(await explained(`${flow}, recipient`, to))];
  }

  #ended(flow: string, end: { from: End } | { to: End }): void {
    this.#ends.set(flow, { ...this.#ends.get(flow), ...end });
  }

  #receive(client: Client, to: string, isAlive: () => boolean): void {
    client.on('link', (link) => {
      this.#ended(`${link.peer} ${to}`, { to: { client, link } });
      link.on('message', ({ from, body, path }: Message) => {
        if (!isAlive()) return;
        const message: Numbered = { from, to, number: Number.parseInt(String(body), 10) };
        this.gaps.came(`${from} ${to}`, message.number, performance.now());
        this.#ledger.seen(message, path === 'mailbox');
      });
    });
  }

  async #send(client: Client, flow: Omit<Numbered, 'number'>, isAlive: () => boolean): Promise<void> {
    const link = client.link(flow.to);
    const name = `${flow.from} ${flow.to}`;
    this.#ended(name, { from: { client, link } });
    link.on('queued', ({ id }) => {
      if (isAlive()) this.#ledger.acked(id, true);
    });
    while (isAlive()) {
      if (this.isOpen) {
        const number = (this.#numbers.get(name) ?? 0) + 1;
        this.#numbers.set(name, number);
        const { id, queued, delivered } = link.send(`${number} `.padEnd(BYTES, '.'));
        this.#ledger.sent(id, { ...flow, number });
        this.gaps.sent(name, performance.now());
        // A program that ends breaks its receipts.
        delivered.catch(() => undefined);
        queued.then(
          () => isAlive() && this.#ledger.acked(id),
          () => undefined,
        );
      }
      await sleep(EVERY_MS * (0.8 + 0.4 * this.#random.next()));
    }
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function explained(whose: string, end: End | undefined): Promise<string[]> {
  if (!end) return [`${whose}: no link`];
  const { client, link } = end;
  const { path, waiting, loss, roundTripMs } = await link.stats();
  const now = { isOnline: client.isOnline, path, waiting, loss, roundTripMs };
  const entries = link.trace.slice(-ENTRIES_SHOWN).map(({ at: _, clockMs, ...event }) => {
    return `  ${Math.round(clockMs - performance.now())} ms: ${JSON.stringify(event)}`;
  });
  return [`${whose}: ${JSON.stringify(now)}`, ...entries];
}
