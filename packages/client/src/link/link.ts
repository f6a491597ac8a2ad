import { AnypathError, encodeFrame, type Forwarded, type Frame, LIMITS, type SignalEvent } from '@anypath/protocol';
import { ulid } from 'ulid';
import { Events } from '../emitter.ts';
import { Negotiator, type Surroundings } from '../rtc/negotiator.ts';
import type { SelectedPair } from '../rtc/selected-pair.ts';
import type { CursorStore } from './cursors.ts';
import type { Incoming } from './inbox.ts';
import { parseFrame } from './parse-frame.ts';
import type { Path, Via } from './path.ts';
import { type Delivery, PendingReceipt, type Receipt } from './receipt.ts';
import { type LinkEffect, type LinkEvent, type LinkState, opened, pathOf, type TimerName } from './state.ts';
import { step } from './step.ts';

/** A message of the other side. */
export interface Message {
  /** The message's identity (ULID), the same on both sides. */
  readonly id: string;
  readonly from: string;
  /** Text where the sender gave a string, bytes where it gave bytes. */
  readonly body: string | Uint8Array;
  /** The path on which it came. */
  readonly path: Exclude<Path, 'none'>;
  /** When it was sent, Unix milliseconds in the server's clock. */
  readonly sentAt: number;
  /** How long it travelled, milliseconds, as far as the two clocks agree with the server's; never below 0. */
  readonly ms: number;
}

/** What a link tells. */
export interface LinkEvents {
  message(message: Message): void;
  /** The path that carries messages changed. */
  path(path: Path): void;
  /** A message of ours reached the other side's application. */
  delivered(receipt: Receipt, delivery: Delivery): void;
}

/** What a link needs from the client that it belongs to. */
export interface Home extends Surroundings {
  readonly rtc: boolean;
  readonly initiator: boolean;
  readonly epoch: string;
  readonly cursors: CursorStore;
  /** The server's clock, Unix milliseconds. */
  serverNow(): number;
  /** Hands a frame to the live relay. @throws AnypathError with the server's refusal */
  relay(toDevice: string, frame: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Called once when the link is closed. */
  closed(): void;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * One conversation with one wallet, over whichever path works. Messages arrive once and in order.
 *
 * This is the driver: it feeds what happens to `step` and does what `step` says.
 */
export class Link extends Events<LinkEvents> {
  /** The other side. */
  readonly peer: string;
  readonly #home: Home;
  readonly #negotiator: Negotiator;
  readonly #timers = new Map<TimerName, ReturnType<typeof setTimeout>>();
  readonly #receipts = new Map<string, PendingReceipt>();
  /** Messages that came before anybody listened for them: not yet taken in, and so not acknowledged. */
  readonly #unheard: (() => void)[] = [];
  #state: LinkState;

  /** @internal Links are made by `Client.link`. */
  constructor(home: Home) {
    super();
    this.peer = home.peer;
    this.#home = home;
    this.#state = opened({
      epoch: home.epoch,
      initiator: home.initiator,
      rtcWanted: home.rtc,
      cursors: home.cursors.all(),
    });
    this.#negotiator = new Negotiator(home, {
      offered: (fromDevice) => this.#on({ type: 'rtc', trigger: 'offered', fromDevice }),
      opened: (tier) => this.#on({ type: 'rtc', trigger: 'opened', tier }),
      tier: (tier) => this.#on({ type: 'rtc', trigger: 'tier', tier }),
      failed: () => this.#on({ type: 'rtc', trigger: 'failed' }),
      frame: (fromDevice, bytes) => {
        const frame = parseFrame(bytes);
        if (frame) this.receive('rtc', fromDevice, frame);
      },
    });
  }

  /**
   * Calls `listener` at every event of that name. Messages wait for the first listener.
   *
   * @returns a function that removes the listener
   */
  override on<E extends keyof LinkEvents>(event: E, listener: LinkEvents[E]): () => void {
    const off = super.on(event, listener);
    if (event === 'message') for (const take of this.#unheard.splice(0)) take();
    return off;
  }

  /** The path that carries messages now. */
  get path(): Path {
    return pathOf(this.#state);
  }

  /** Whether the link was closed. */
  get isClosed(): boolean {
    return this.#state.closed;
  }

  /**
   * Sends a message: at once where there is a path, else as soon as there is one.
   *
   * @param body text or bytes, up to 64 510 bytes
   * @returns its receipt
   * @throws AnypathError `payload_too_large`, `outbox_full` or `link_closed`; nothing was sent then
   */
  send(body: string | Uint8Array): Receipt {
    if (this.#state.closed) throw new AnypathError('link_closed');
    if (this.#state.outbox.waiting.length >= LIMITS.outboxMaxMessages) throw new AnypathError('outbox_full');
    const bytes = typeof body === 'string' ? encoder.encode(body) : body.slice();
    if (bytes.byteLength > LIMITS.messageMaxBytes) {
      const message = `a message has at most ${LIMITS.messageMaxBytes} bytes, this one has ${bytes.byteLength}`;
      throw new AnypathError('payload_too_large', message);
    }
    const receipt = new PendingReceipt(ulid());
    this.#receipts.set(receipt.id, receipt);
    const text = typeof body === 'string';
    this.#on({ type: 'send', id: receipt.id, body: bytes, text, at: Math.round(this.#home.serverNow()) });
    return receipt;
  }

  /** The pair of candidates that carries the data channel, where there is one. */
  async selectedPair(): Promise<SelectedPair | undefined> {
    return this.#negotiator.pair();
  }

  /** Ends the conversation on this side. Messages that were not delivered fail with `link_closed`. */
  close(): void {
    if (this.#state.closed) return;
    this.#on({ type: 'close' });
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    for (const receipt of this.#receipts.values()) receipt.fail(new AnypathError('link_closed'));
    this.#receipts.clear();
    this.#home.closed();
    this.removeListeners();
  }

  /** @internal The connection to the server came up or went down. */
  socketChanged(up: boolean): void {
    this.#on({ type: 'socket', up });
  }

  /** @internal The other side's connected devices. */
  presenceChanged(devices: readonly string[]): void {
    this.#on({ type: 'presence', devices });
  }

  /** @internal A signal of the other side. */
  signalled<E extends SignalEvent>(event: E, signal: Forwarded<E>): void {
    if (!this.#home.rtc || this.#state.closed) return;
    if (event === 'rtc:offer') void this.#negotiator.onOffer(signal as Forwarded<'rtc:offer'>);
    else if (event === 'rtc:answer') void this.#negotiator.onAnswer(signal as Forwarded<'rtc:answer'>);
    else void this.#negotiator.onCandidate(signal as Forwarded<'rtc:candidate'>);
  }

  /** @internal A frame of the other side. */
  receive(via: Via, fromDevice: string, frame: Frame): void {
    const take = () => this.#on({ type: 'frame', via, fromDevice, frame });
    if (frame.header.t !== 'data' || this.hasListeners('message')) take();
    else if (this.#unheard.length < LIMITS.windowMaxMessages) this.#unheard.push(take);
  }

  #on(event: DistributiveOmit<LinkEvent, 'nowMs'>): void {
    const { state, effects } = step(this.#state, { ...event, nowMs: performance.now() });
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: LinkEffect): void {
    switch (effect.do) {
      case 'transmit':
        return this.#transmit(effect);
      case 'deliver':
        return this.emit('message', this.#messageOf(effect.message));
      case 'remember':
        return this.#home.cursors.remember(effect.device, effect.cursor);
      case 'delivered':
        return this.#settle(effect.id, { path: effect.path as Delivery['path'], ms: effect.ms });
      case 'path':
        return this.emit('path', effect.path);
      case 'start-rtc':
        return void this.#negotiator.start(effect.toDevice);
      case 'stop-rtc':
        return this.#negotiator.stop();
      case 'goodbye':
        return this.#sayGoodbye(effect.toDevice);
      case 'timer':
        return this.#arm(effect.name, effect.ms);
    }
  }

  #transmit({ via, toDevice, header, body }: LinkEffect & { do: 'transmit' }): void {
    const bytes = encodeFrame(header, body);
    if (via === 'rtc') return void this.#negotiator.send(bytes);
    this.#home.relay(toDevice, bytes).catch((error: unknown) => {
      const code = error instanceof AnypathError ? error.code : undefined;
      // Who is no contact any more is as good as gone: messages wait until presence tells otherwise.
      if (code === 'target_offline' || code === 'forbidden') this.#on({ type: 'unreachable', device: toDevice });
    });
  }

  /** Told over the relay before the connection closes, or the other side would take it for a failure and try again. */
  #sayGoodbye(toDevice: string | undefined): void {
    const told = toDevice === undefined ? undefined : this.#home.relay(toDevice, encodeFrame({ t: 'bye' }));
    Promise.resolve(told)
      .catch(() => undefined)
      .finally(() => this.#negotiator.stop());
  }

  #settle(id: string, delivery: Delivery): void {
    const receipt = this.#receipts.get(id);
    if (!receipt) return;
    this.#receipts.delete(id);
    receipt.settle(delivery);
    this.emit('delivered', receipt, delivery);
  }

  #messageOf({ header, body, path }: Incoming): Message {
    return {
      id: header.id,
      from: this.peer,
      body: header.text ? decoder.decode(body) : body,
      path: path as Message['path'],
      sentAt: header.at,
      ms: Math.max(0, this.#home.serverNow() - header.at),
    };
  }

  #arm(name: TimerName, ms: number | undefined): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
    if (ms === undefined) return;
    const fire = () => {
      this.#timers.delete(name);
      this.#on({ type: 'timer', name });
    };
    this.#timers.set(name, setTimeout(fire, ms));
  }
}

/** `Omit` for each member of a union by itself. */
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
