import { type Contact, type ContactAction, ContactList, ContactUpdate } from '@anypath/protocol';
import { parsed } from './http.ts';
import { type Asking, ask } from './socket.ts';

/**
 * Who may see and write to us, where the server's setting CONTACTS is `mutual`: the two who have both agreed. Where it is
 * `everyone`, everybody may, and no requests are needed.
 *
 * Every change, also by the other side or by another device of ours, is told by the client's event `contact`. Changes of a time
 * without connection are not: ask for the list again when the client's event `online` says `true`.
 *
 * Each method throws AnypathError: the server's refusal, such as `rate_limited`; `invalid_payload` for something that is no wallet
 * or is our own; `unreachable` where no answer came, and then it is not known whether the change was made.
 */
export class Contacts {
  readonly #socket: Asking;

  /** @internal A client has its own. */
  constructor(socket: Asking) {
    this.#socket = socket;
  }

  /** Everybody whom we asked, who asks us, who agreed, and whom we block, sorted by wallet. */
  async list(): Promise<readonly Contact[]> {
    return parsed(ContactList, await ask(this.#socket, 'contacts:list', {})).contacts;
  }

  /**
   * Asks somebody to be a contact. They hear of it as `asking`. Where they ask us already, we are `mutual` at once. A block of
   * ours is not lifted by it, only by `remove`.
   *
   * @param wallet the other side's wallet; whether there is such a wallet is not told
   * @returns how they stand to us now; `asked` until they accept, also where they decline
   * @throws AnypathError also `contacts_full`
   */
  ask(wallet: string): Promise<ContactUpdate> {
    return this.#change('ask', wallet);
  }

  /**
   * Agrees to a request: both are `mutual` then.
   *
   * @throws AnypathError also `not_asking` where there is no request, any more or yet
   */
  accept(wallet: string): Promise<ContactUpdate> {
    return this.#change('accept', wallet);
  }

  /**
   * Ends what there is between the two from our side: a contact, a request of ours, a block, or a request of theirs, which is
   * declined without their being told. The link to them closes on both sides, and what was not delivered fails.
   */
  remove(wallet: string): Promise<ContactUpdate> {
    return this.#change('remove', wallet);
  }

  /**
   * Removes them, and hears no requests of theirs until the block is lifted by `remove`. They are not told.
   *
   * @throws AnypathError also `contacts_full`
   */
  block(wallet: string): Promise<ContactUpdate> {
    return this.#change('block', wallet);
  }

  async #change(action: ContactAction, wallet: string): Promise<ContactUpdate> {
    return parsed(ContactUpdate, await ask(this.#socket, 'contacts:change', { action, wallet }));
  }
}
