import { fileURLToPath } from 'node:url';
import type { Child } from '../child.ts';

/** A connection to a server. */
export interface ServerClient {
  readonly name: string;
  close(): void | Promise<void>;
}

/** How a server is started and spoken to, by its own protocol and without a browser. */
export interface ServerKind<Client extends ServerClient = ServerClient> {
  /** Which program it is. */
  readonly server: string;
  /** Whether a client takes tens of milliseconds of processor time to connect. */
  readonly isCostly?: true;
  /** @param folder for its files @param clients so many will come */
  start(folder: string, clients: number): Promise<Child>;
  connect(server: Child, name: string): Promise<Client>;
  /** Lets two signal each other. */
  introduce(server: Child, pair: readonly [Client, Client]): Promise<void>;
  /** A signal from one to the other; resolves once it is there. */
  signal(from: Client, to: Client): Promise<void>;
}

/** A server of the lab's, which starts without a certificate too. */
export const fileOf = (name: string): string =>
  fileURLToPath(new URL(`../../dist/link/servers/${name}.js`, import.meta.url));
