import { type ContactAction, PATHS } from '@anypath/protocol';
import { type CookieSession, cookieSignIn, postJson } from './session.ts';
import type { TestServer, TestSocket } from './test-server.ts';

const PATH_OF: Readonly<Record<ContactAction, string>> = {
  ask: PATHS.contactsAsk,
  accept: PATHS.contactsAccept,
  remove: PATHS.contactsRemove,
  block: PATHS.contactsBlock,
};

/** Headers that differ from one answer to the next of the same kind. */
const OF_THE_MOMENT = ['date', 'ratelimit-reset'];

/** Somebody who is signed in by cookie and has a socket, and remembers everything that the server told. */
export class Person {
  readonly wallet: string;
  readonly socket: TestSocket;
  readonly session: CookieSession;
  /** Every answer and every event, without what is new each time: dates and request identifiers. */
  readonly told: string[] = [];
  readonly #server: TestServer;

  private constructor(server: TestServer, wallet: string, session: CookieSession, socket: TestSocket) {
    this.#server = server;
    this.wallet = wallet;
    this.session = session;
    this.socket = socket;
    socket.onAny((event: string, payload: unknown) => this.told.push(`${event} ${JSON.stringify(payload)}`));
  }

  /** @param deviceId where one wallet has several devices */
  static async at(server: TestServer, wallet: string, deviceId = `${wallet}-device`): Promise<Person> {
    const session = await cookieSignIn(server, wallet);
    const person = new Person(server, wallet, session, await server.socket(wallet, deviceId));
    await person.settled();
    return person;
  }

  /** @returns the state in the answer, or the error */
  async does(action: ContactAction, peer: string): Promise<unknown> {
    const body = await this.#take(
      await postJson(this.#server, PATH_OF[action], { wallet: peer }, this.session.headers),
    );
    return body['state'] ?? body['error'];
  }

  /** @returns the contacts, such as `bob asked` */
  async list(): Promise<string[]> {
    const { headers } = this.session;
    const body = await this.#take(await fetch(`${this.#server.url}${PATHS.contacts}`, { headers }));
    const contacts = body['contacts'] as { wallet: string; state: string }[];
    return contacts.map(({ wallet, state }) => `${wallet} ${state}`);
  }

  /** The events `contacts:update` since the last call, once everything on its way has arrived, such as `bob asked`. */
  async updates(): Promise<string[]> {
    await this.settled();
    const prefix = 'contacts:update ';
    const updates = this.told.splice(0).filter((line) => line.startsWith(prefix));
    return updates.map((line) => {
      const { wallet, state } = JSON.parse(line.slice(prefix.length)) as { wallet: string; state: string };
      return `${wallet} ${state}`;
    });
  }

  /** Resolves when everything has arrived that was sent before: events of one socket keep their order. */
  async settled(): Promise<void> {
    // Any event will do, also one that is refused.
    await (this.socket as unknown as { emitWithAck(event: string): Promise<unknown> }).emitWithAck('settled');
  }

  async #take(response: Response): Promise<Record<string, unknown>> {
    const text = await response.text();
    const headers = [...response.headers].filter(([name]) => !OF_THE_MOMENT.includes(name));
    const timeless = text
      .replaceAll(/"since":\d{13}/g, '"since":0')
      .replace(/"requestId":"[\w-]{36}"/, '"requestId":""');
    this.told.push(`${response.status} ${JSON.stringify(headers)} ${timeless}`);
    return JSON.parse(text) as Record<string, unknown>;
  }
}
