import type { Client, Link, Message } from '@anypath/client';
import type { Program } from '../device.ts';
import type { Ledger, Numbered } from '../ledger.ts';
import type { Random } from '../random.ts';
import { Gaps } from './gaps.ts';

/** How often each client says something, milliseconds; up to a fifth more or less, so that they do not keep step. */
const EVERY_MS = 400;
const BYTES = 200;

/** Clients that talk all the while: each sends numbered messages to the next, in a ring, whether or not the last ones came. */
export class Talk {
  readonly gaps = new Gaps();
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #numbers = new Map<string, number>();
  readonly #links = new Map<string, Link>();
  /** Whether to send on. */
  isOpen = false;

  constructor(ledger: Ledger, random: Random) {
    this.#ledger = ledger;
    this.#random = random;
  }

  /** What the client of a wallet does. @param to whom it writes */
  of(wallet: string, to: string): Program {
    return (client, isAlive) => {
      this.#receive(client, wallet, isAlive);
      void this.#send(client, { from: wallet, to }, isAlive);
    };
  }

  /** Over which path a flow goes now, for whoever wonders why nothing comes. */
  pathOf(flow: string): string {
    return this.#links.get(flow)?.path ?? 'none';
  }

  #receive(client: Client, to: string, isAlive: () => boolean): void {
    client.on('link', (link) => {
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
    this.#links.set(name, link);
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
