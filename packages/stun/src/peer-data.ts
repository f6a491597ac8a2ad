import { canonicalAddress, type TransportAddress } from './address.ts';
import type { AgentEvents } from './agent.ts';
import { ATTRIBUTE } from './attributes.ts';
import { CHANNEL_NUMBERS, type ChannelData, encodeChannelData } from './channel-data.ts';
import { StunError } from './errors.ts';
import { METHOD } from './header.ts';
import { attribute, createMessage, type ReceivedMessage, readAttribute } from './message.ts';
import { encodeMessage } from './wire.ts';

/** Told what a peer sent to the relayed address. The bytes may be kept. */
export type DataListener = (data: Uint8Array, peer: TransportAddress) => void;

/** What is exchanged with peers through an allocation: Send and Data indications, and channels in their place. */
export class PeerData implements AgentEvents {
  readonly #listeners = new Set<DataListener>();
  /** Channels by peer, once the server has confirmed them. */
  readonly #channels = new Map<string, number>();
  /** Peers by channel, from the moment that the server may have bound it. */
  readonly #peers = new Map<number, TransportAddress>();

  listen(listener: DataListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** The message that takes data to a peer: ChannelData where a channel is bound. */
  encode(peer: TransportAddress, data: Uint8Array): Uint8Array {
    const channel = this.#channels.get(keyOf(peer));
    if (channel !== undefined) return encodeChannelData({ channel, data });
    const attributes = [attribute(ATTRIBUTE.xorPeerAddress, peer), attribute(ATTRIBUTE.data, data)];
    return encodeMessage(createMessage(METHOD.send, 'indication', attributes));
  }

  /**
   * The channel to bind to a peer, the same each time.
   *
   * @throws StunError `unsupported` where all are taken
   */
  reserve(peer: TransportAddress): number {
    const key = keyOf(peer);
    const known = [...this.#peers].find(([, each]) => keyOf(each) === key);
    if (known) return known[0];
    const channel = CHANNEL_NUMBERS.first + this.#peers.size;
    if (channel > CHANNEL_NUMBERS.last) throw new StunError('unsupported', 'every channel is bound');
    this.#peers.set(channel, { address: canonicalAddress(peer.address), port: peer.port });
    return channel;
  }

  /** From here on, data to the peer goes through its channel. */
  confirm(peer: TransportAddress, channel: number): void {
    this.#channels.set(keyOf(peer), channel);
  }

  indication(message: ReceivedMessage): void {
    if (message.method !== METHOD.data) return;
    const peer = readAttribute(message, ATTRIBUTE.xorPeerAddress);
    const data = readAttribute(message, ATTRIBUTE.data);
    if (peer && data) this.#emit(data, peer);
  }

  channelData({ channel, data }: ChannelData): void {
    const peer = this.#peers.get(channel);
    if (peer) this.#emit(data, peer);
  }

  #emit(data: Uint8Array, peer: TransportAddress): void {
    for (const listener of this.#listeners) listener(data, peer);
  }
}

const keyOf = ({ address, port }: TransportAddress): string => `${canonicalAddress(address)} ${port}`;
