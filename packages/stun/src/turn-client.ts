import type { TransportAddress } from './address.ts';
import type { StunAgent } from './agent.ts';
import { type AllocateOptions, type Allocation, allocate } from './allocation.ts';
import { ATTRIBUTE } from './attributes.ts';
import { type Bounds, within } from './deadline.ts';
import { StunError } from './errors.ts';
import { METHOD } from './header.ts';
import type { LongTermCredential, TurnCredentials } from './long-term-credential.ts';
import { type AttributeWriter, attribute, type ReceivedMessage, readAttribute } from './message.ts';
import { type DataListener, PeerData } from './peer-data.ts';
import { sendRequest } from './request.ts';
import type { IceUri } from './uri.ts';

const FREE_WITHIN_MS = 1_000;

/**
 * One allocation on a TURN server (RFC 8656) and the socket that it belongs to.
 *
 * Nothing is refreshed by itself: the allocation ends after `lifetimeSeconds` unless `refresh` is called, a permission 300
 * seconds after `permit`, a channel 600 seconds after `bindChannel`; calling these again renews them.
 */
export class TurnClient implements AsyncDisposable {
  /** The address at the server on which peers reach this client. */
  readonly relayed: TransportAddress;
  /** Our address as the server sees it. */
  readonly mapped: TransportAddress;
  /** Our address as we see it; `undefined` for a stream of the caller's without one. */
  readonly local: TransportAddress | undefined;
  readonly #agent: StunAgent;
  readonly #credential: LongTermCredential;
  readonly #rtoMs: number | undefined;
  readonly #peerData = new PeerData();
  #lifetimeSeconds: number;
  #closed: Promise<void> | undefined;

  private constructor(allocation: Allocation, credential: LongTermCredential, rtoMs: number | undefined) {
    this.relayed = allocation.relayed;
    this.mapped = allocation.mapped;
    this.local = allocation.agent.transport.local;
    this.#lifetimeSeconds = allocation.lifetimeSeconds;
    this.#agent = allocation.agent;
    this.#credential = credential;
    this.#rtoMs = rtoMs;
    allocation.receive(this.#peerData);
  }

  /**
   * Connects with a socket of its own and makes an allocation (RFC 8656 section 7). A redirection to another server is
   * followed once; a port that the server still knows is changed once.
   *
   * @param uri a turn or turns URI, or its parts
   * @returns the client; close it, or the allocation stays until it expires
   * @throws StunError `invalid_uri`, `unsupported`, `unresolvable`, `refused`, `unreachable`, `tls`, `timeout`,
   *   `unauthorized`, `rejected` (437, 442, 486, 508, …), `malformed`, `aborted`; nothing stays open then
   */
  static async allocate(
    uri: string | IceUri,
    credentials: TurnCredentials,
    options: AllocateOptions = {},
  ): Promise<TurnClient> {
    const { allocation, credential } = await allocate(uri, credentials, options);
    return new TurnClient(allocation, credential, options.rtoMs);
  }

  /** How long the allocation was granted for when it was last refreshed, seconds. */
  get lifetimeSeconds(): number {
    return this.#lifetimeSeconds;
  }

  /** Aborts when the client is closed or its connection is lost; the reason is a StunError. */
  get ended(): AbortSignal {
    return this.#agent.ended;
  }

  /** Bytes that were given to `send` and have not left this machine. */
  get bufferedBytes(): number {
    return this.#agent.transport.bufferedBytes;
  }

  /**
   * Lets a peer's address send to the relayed address, and be sent to, for 300 seconds (RFC 8656 section 10).
   *
   * @param address IP address; permissions are for all of its ports
   * @throws StunError `rejected` (403: the server denies that peer; 443: another address family), `timeout`, `unreachable`,
   *   `closed`, `aborted`, `malformed` (not an IP address)
   */
  async permit(address: string, bounds: Bounds = {}): Promise<void> {
    await this.#request(METHOD.createPermission, [attribute(ATTRIBUTE.xorPeerAddress, { address, port: 0 })], bounds);
  }

  /**
   * Binds a channel to a peer (RFC 8656 section 12), which permits its address, too: 4 bytes a packet in place of 36.
   * From then on `send` uses it.
   *
   * @throws StunError as `permit`
   */
  async bindChannel(peer: TransportAddress, bounds: Bounds = {}): Promise<void> {
    const channel = this.#peerData.reserve(peer);
    const attributes = [attribute(ATTRIBUTE.channelNumber, channel), attribute(ATTRIBUTE.xorPeerAddress, peer)];
    await this.#request(METHOD.channelBind, attributes, bounds);
    this.#peerData.confirm(peer, channel);
  }

  /**
   * Asks the server to connect to a peer over TCP (RFC 6062 section 4.3). Needs an allocation with `relayedTransport: 'tcp'`;
   * the server answers when the peer has, which may take 30 seconds.
   *
   * @returns the id of the connection, which the server closes where nobody binds it within 30 seconds
   * @throws StunError `rejected` (403: the server denies that peer; 447: it could not connect), and as `permit`
   */
  async connect(peer: TransportAddress, bounds: Bounds = {}): Promise<number> {
    const message = await this.#request(METHOD.connect, [attribute(ATTRIBUTE.xorPeerAddress, peer)], bounds);
    const id = readAttribute(message, ATTRIBUTE.connectionId);
    if (id === undefined) throw new StunError('malformed', 'the answer has no CONNECTION-ID');
    return id;
  }

  /**
   * Sends bytes to a peer through the relay; UDP may lose them, and the server drops them where the peer has no permission.
   *
   * @throws StunError what ended the client, `malformed` (not an IP address), `unsupported` (larger than a message can be)
   */
  send(peer: TransportAddress, data: Uint8Array): void {
    this.ended.throwIfAborted();
    this.#agent.transport.send(this.#peerData.encode(peer, data));
  }

  /**
   * Listens for what peers send.
   *
   * @returns stops listening
   */
  onData(listener: DataListener): () => void {
    return this.#peerData.listen(listener);
  }

  /**
   * Renews the allocation (RFC 8656 section 8).
   *
   * @param seconds wanted; the server may grant another lifetime
   * @returns the lifetime granted, seconds
   * @throws StunError `unauthorized` (such as credentials that expired), `rejected` (437: it is gone), `timeout`, `unreachable`,
   *   `closed`, `aborted`
   */
  async refresh(seconds: number, bounds: Bounds = {}): Promise<number> {
    const message = await this.#request(METHOD.refresh, [attribute(ATTRIBUTE.lifetime, seconds)], bounds);
    this.#lifetimeSeconds = readAttribute(message, ATTRIBUTE.lifetime) ?? seconds;
    return this.#lifetimeSeconds;
  }

  /**
   * Frees the allocation and closes the socket. Never fails: a server that does not confirm within a second keeps the
   * allocation until it expires. Resolves when the socket is gone.
   */
  close(): Promise<void> {
    this.#closed ??= this.#free();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #free(): Promise<void> {
    try {
      if (!this.ended.aborted) await this.refresh(0, { timeoutMs: FREE_WITHIN_MS });
    } catch {
      // The allocation expires by itself.
    }
    await this.#agent.close();
  }

  #request(method: number, attributes: readonly AttributeWriter[], bounds: Bounds): Promise<ReceivedMessage> {
    return within(bounds, async (signal) => {
      const request = { method, attributes, credential: this.#credential, signal, rtoMs: this.#rtoMs };
      return (await sendRequest(this.#agent, request)).message;
    });
  }
}
