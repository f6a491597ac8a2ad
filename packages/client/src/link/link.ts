import { AnypathError, type Forwarded, type Frame, LIMITS, type SignalEvent } from '@anypath/protocol';
import type { Call } from '../call/call.ts';
import type { CallOptions, Calls, CallsHome } from '../call/calls.ts';
import type { CallMedia } from '../call/capture.ts';
import { Events } from '../emitter.ts';
import { Later } from '../later.ts';
import { NegotiatorLater } from '../rtc/negotiator-later.ts';
import type { SelectedPair } from '../rtc/selected-pair.ts';
import type { IncomingStream, OutgoingStream } from '../stream/streams.ts';
import { StreamsLater } from '../stream/streams-later.ts';
import { HandOver, type Message, type MissedCall } from './hand-over.ts';
import type { Home } from './home.ts';
import type { Incoming } from './inbox.ts';
import type { Lines } from './lines.ts';
import { partsOf } from './parts.ts';
import type { Path, Via } from './path.ts';
import type { Delivery, Receipt } from './receipt.ts';
import { Receipts } from './receipts.ts';
import { type DistributiveOmit, Recorder } from './recorder.ts';
import { type LinkEffect, type LinkEvent, type LinkState, opened, pathOf, type TimerName } from './state.ts';
import { type LinkStats, statsOf } from './stats.ts';
import { type ChannelSteps, step } from './step.ts';
import { Timers } from './timers.ts';
import type { TraceEntry } from './trace.ts';
import { Wire } from './wire.ts';

/** What a link tells. */
export interface LinkEvents {
  message(message: Message): void;
  /** Another device of ours sent this to the other side's mailbox. */
  sent(message: Message): void;
  /** The path that carries messages changed. */
  path(path: Path): void;
  /** The server keeps a message of ours until the other side has it. */
  queued(receipt: Receipt): void;
  /** A message of ours reached the other side's application. */
  delivered(receipt: Receipt, delivery: Delivery): void;
  /** The mailbox takes nothing for now, such as with `mailbox_full`; messages wait here, and it is tried again. */
  held(error: AnypathError): void;
  /** Something was written into `trace`. */
  trace(entry: TraceEntry): void;
  /** The other side opened a stream. Where nobody listens it waits, and its writer too. */
  stream(stream: IncomingStream): void;
  /** The other side calls. Where nobody listens it does not ring here, and the caller hears nothing. */
  call(call: Call): void;
}

const encoder = new TextEncoder();

/** How long until the code of WebRTC is asked for again where it could not be loaded; something has to happen to the link, too. */
const EQUIP_AGAIN_MS = 5_000;

/**
 * One conversation with one wallet, over whichever path works. Messages arrive once and in order.
 *
 * This is the driver: it feeds what happens to `step` and does what `step` says.
 */
export class Link extends Events<LinkEvents> {
  /** The other side. */
  readonly peer: string;
  readonly #home: Home;
  readonly #negotiator: NegotiatorLater;
  readonly #wire: Wire;
  readonly #timers = new Timers<TimerName>((name) => this.#on({ type: 'timer', name }));
  readonly #receipts = new Receipts();
  /** Messages that came before anybody listened for them: not yet taken in, and so not acknowledged. */
  readonly #unheard: (() => void)[] = [];
  readonly #handOver: HandOver;
  /** Whether a connection was made, or begun, before. */
  #hasBegun = false;
  readonly #recorder = new Recorder((entry) => this.emit('trace', entry));
  #state: LinkState;
  #channel: ChannelSteps | undefined;
  /** When the steps of the data channel are to be loaded, where they are not there: milliseconds of `performance.now()`. */
  #equipAtMs = 0;
  readonly #streams: StreamsLater;
  /** With their code, which is loaded when the application listens for calls, makes one, or gets one: most pages begin without. */
  readonly #calls: Later<Calls>;

  /** @internal Links are made by `Client.link`. */
  constructor(home: Home) {
    super();
    this.peer = home.peer;
    this.#home = home;
    this.#state = opened({
      epoch: home.epoch,
      initiator: home.initiator,
      rtcWanted: home.rtc,
      keepaliveMs: home.keepaliveMs(),
    });
    this.#negotiator = new NegotiatorLater(
      { ...home, config: () => this.#config() },
      {
        loaded: (steps) => {
          this.#channel = steps;
          this.#on({ type: 'equipped' });
        },
        offered: (fromDevice) => this.#on({ type: 'rtc', trigger: 'offered', fromDevice }),
        opened: (tier) => this.#on({ type: 'rtc', trigger: 'opened', tier }),
        ready: (tier) => this.#on({ type: 'rtc', trigger: 'ready', tier }),
        tier: (tier) => this.#on({ type: 'rtc', trigger: 'tier', tier }),
        failed: () => this.#on({ type: 'rtc', trigger: 'failed' }),
        lost: () => this.#on({ type: 'rtc', trigger: 'lost' }),
        missed: () => this.#on({ type: 'rtc', trigger: 'missed' }),
        repeated: () => this.#on({ type: 'rtc', trigger: 'repeated' }),
        frame: (fromDevice, packet) => home.rtcPacket(fromDevice, packet),
        traced: (trace) => this.#recorder.trace.add(trace),
        reported: (report) => home.report(report),
      },
    );
    this.#wire = new Wire({ home, rtc: this.#negotiator, tell: (event) => this.#on(event) });
    this.#handOver = new HandOver(home, {
      resumed: (cursors) => this.#on({ type: 'resumed', cursors }),
      isClosed: () => this.#state.closed,
      message: (message, own) => this.emit(own ? 'sent' : 'message', message),
      answer: (answer) => this.#wire.answer(answer),
    });
    this.#streams = new StreamsLater(this.#lines(), (stream) => {
      if (!this.hasListeners('stream')) return false;
      this.emit('stream', stream);
      return true;
    });
    const callsHome: CallsHome = {
      peer: home.peer,
      self: home.self.deviceId,
      lines: this.#lines(),
      desk: home.desk,
      config: () => home.config(),
      report: (report) => home.report(report),
      leaveMissed: (missed) => void this.#post('Missed call', missed),
      isHeard: () => home.rtc && this.hasListeners('call'),
      rings: (call) => this.emit('call', call),
    };
    this.#calls = new Later(async () => new (await import('../call/calls.ts')).Calls(callsHome));
  }

  /**
   * Calls `listener` at every event of that name. Messages wait for the first listener.
   *
   * @returns a function that removes the listener
   */
  override on<E extends keyof LinkEvents>(event: E, listener: LinkEvents[E]): () => void {
    const off = super.on(event, listener);
    if (event === 'message') {
      for (const take of this.#unheard.splice(0)) take();
      this.#home.listened();
    }
    // Their code is there, then, when one comes or is to be made.
    if (event === 'call') this.#calls.load().catch(() => undefined);
    if (event === 'stream') this.#streams.load().catch(() => undefined);
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

  /** @internal When the next may be received. */
  get ready(): Promise<void> {
    return this.#handOver.ready;
  }

  /**
   * Sends a message: at once where there is a path, to the mailbox where the other side cannot be reached, and else as soon as we
   * are back. It survives a reload of this page.
   *
   * @param body text or bytes, up to 16 MiB; long ones travel in parts
   * @returns its receipt
   * @throws AnypathError `payload_too_large`, `outbox_full` or `link_closed`; nothing was sent then
   */
  send(body: string | Uint8Array): Receipt {
    return this.#post(body);
  }

  /**
   * Calls the other side, or takes its call where it is calling: all its devices ring, and the one that accepts has the call. It rings
   * while `phase` of the call says so. Where nobody takes it, or the other side is not there, it finds a message with `missed` when it
   * is back.
   *
   * @param media what we send: microphone, camera, or a stream of the application; `{}` to listen only
   * @returns the call, as soon as our devices are open
   * @throws AnypathError `busy` where this device is in a call, `media_refused`, `media_unavailable`, `link_closed`, `unreachable` where the
   *   code of calls cannot be loaded
   */
  async call(media: CallMedia | MediaStream, options: CallOptions = {}): Promise<Call> {
    if (this.#state.closed) throw new AnypathError('link_closed');
    if (!this.#home.rtc) throw new AnypathError('media_unavailable');
    return (await this.#calls.load()).start(media, options);
  }

  /** The call with the other side that goes on, or rings; none otherwise. */
  get currentCall(): Call | undefined {
    const { current } = this.#home.desk;
    return current?.peer === this.peer ? current : undefined;
  }

  /** Sends one more track in the current call, see `Call.addTrack`. @throws AnypathError `call_ended` where there is none */
  addTrack(track: MediaStreamTrack): void {
    this.#going().addTrack(track);
  }

  /** Stops sending a track in the current call. @throws AnypathError `call_ended` where there is none */
  removeTrack(track: MediaStreamTrack): void {
    this.#going().removeTrack(track);
  }

  /** Sends another track in place of one in the current call. @throws AnypathError `call_ended` where there is none */
  async replaceTrack(track: MediaStreamTrack, by: MediaStreamTrack): Promise<void> {
    await this.#going().replaceTrack(track, by);
  }

  #going(): Call {
    const call = this.currentCall;
    if (!call) throw new AnypathError('call_ended');
    return call;
  }

  #post(body: string | Uint8Array, missed?: MissedCall): Receipt {
    if (this.#state.closed) throw new AnypathError('link_closed');
    const bytes = typeof body === 'string' ? encoder.encode(body) : body.slice();
    if (bytes.byteLength > LIMITS.messageMaxBytes) {
      const message = `a message has at most ${LIMITS.messageMaxBytes} bytes, this one has ${bytes.byteLength}`;
      throw new AnypathError('payload_too_large', message);
    }
    const parts = partsOf(bytes);
    const { epoch, waiting, nextSeq } = this.#state.outbox;
    if (waiting.length + parts.length > LIMITS.outboxMaxMessages) throw new AnypathError('outbox_full');
    const receipt = this.#receipts.open(parts.length);
    const at = Math.round(this.#home.serverNow());
    const common = { id: receipt.id, text: typeof body === 'string', at, ...(missed && { missed }) };
    const messages = parts.map(({ body, part }) => ({ ...common, body, ...(part && { part }) }));
    for (const [index, message] of messages.entries()) {
      this.#home.memory.sending(this.peer, epoch, { ...message, seq: nextSeq + index });
    }
    this.#on({ type: 'send', messages });
    return receipt;
  }

  /**
   * Opens a stream of bytes to the device that is talked to, for more than fits into a message: it takes as much as the other side's
   * application reads, keeps little in memory on both sides, and goes on over other paths as messages do. It ends with the page that
   * opened it, and with the page that reads it.
   *
   * @param name tells the other side what it is, up to 256 characters
   * @throws AnypathError `target_offline` where the other side has not been there yet, `outbox_full` beyond 32 open streams,
   *   `invalid_payload` for a name that is too long, `link_closed`
   */
  openStream(name = ''): OutgoingStream {
    if (this.#state.closed) throw new AnypathError('link_closed');
    return this.#streams.open(name);
  }

  /** The pair of candidates that carries the data channel, where there is one. */
  async selectedPair(): Promise<SelectedPair | undefined> {
    return this.#negotiator.pair();
  }

  /** Says that the network may have changed: every path is looked at. It is noticed without this, too, a moment later. */
  reconnect(): void {
    if (!this.#state.closed) this.#home.reconnect();
  }

  /**
   * The latest of what happened to this link, the oldest first, a few hundred entries at most. It names no person, address, message
   * or key: its JSON may be shown to whoever helps.
   */
  get trace(): readonly TraceEntry[] {
    return this.#recorder.trace.entries();
  }

  /**
   * How the link does now: path, round trips, loss, what went over each path, and the WebRTC connection with its candidates, its pair
   * and the times of its beginning (SPEC S6.3). As private as the trace.
   */
  async stats(): Promise<LinkStats> {
    return statsOf(this.#state, this.#recorder.traffic, await this.#negotiator.stats());
  }

  /**
   * Ends the conversation on this side. Messages that were neither delivered nor queued fail with `link_closed`, and are not
   * sent any more.
   */
  close(): void {
    if (this.#state.closed) return;
    const { epoch, waiting } = this.#state.outbox;
    // What stands before something that the mailbox has is sent later all the same: the other side would wait for it.
    const lastKept = waiting.findLastIndex(({ keptUntil }) => keptUntil !== undefined);
    for (const { seq } of waiting.slice(lastKept + 1)) this.#home.memory.sent(this.peer, epoch, seq);
    this.#abandon();
  }

  /**
   * @internal The page or the client goes, and messages that wait go out when there is one again.
   * @returns when the other side was told
   */
  async leave(): Promise<void> {
    if (!this.#state.closed) this.#abandon();
    await this.#wire.flushed;
  }

  #abandon(): void {
    this.#calls.useIfAny((calls) => calls.close());
    this.#on({ type: 'close' });
    this.#timers.clear();
    this.#streams.useIfAny((streams) => streams.close());
    this.#receipts.close();
    this.#home.closed();
    this.removeListeners();
  }

  /** @internal The connection to the server came up or went down. */
  socketChanged(up: boolean): void {
    this.#on({ type: 'socket', up });
  }

  /** @internal The network may have changed. */
  doubt(): void {
    this.#on({ type: 'hint' });
  }

  /** @internal The network is of another class. */
  networkChanged(keepaliveMs: number): void {
    this.#on({ type: 'network', keepaliveMs });
  }

  /** @internal There are fresh credentials for TURN. */
  renewed(): void {
    this.#on({ type: 'renewed' });
    this.#calls.useIfAny((calls) => calls.renewed());
  }

  /** @internal Who is online is known, and the mailbox may be used. */
  settled(): void {
    this.#on({ type: 'clock', serverMs: this.#home.serverNow() });
    this.#on({ type: 'settled' });
  }

  /** @internal The other side's keys have changed: what could not be sealed, perhaps can be now. */
  keysChanged(): void {
    this.#on({ type: 'keys' });
  }

  /** @internal The other side's connected devices. */
  presenceChanged(devices: readonly string[]): void {
    this.#on({ type: 'presence', devices });
    this.#calls.useIfAny((calls) => calls.devicesChanged(devices));
  }

  /** @internal A signal of the other side. */
  signalled<E extends SignalEvent>(event: E, signal: Forwarded<E>): void {
    if (!this.#home.rtc || this.#state.closed) return;
    if (event === 'rtc:offer') void this.#onOffer(signal as Forwarded<'rtc:offer'>);
    else if (event === 'rtc:answer') this.#negotiator.onAnswer(signal as Forwarded<'rtc:answer'>);
    else this.#negotiator.onCandidate(signal as Forwarded<'rtc:candidate'>);
  }

  /** What is said right after the opening leaves first, for the same reason. */
  async #config(): Promise<RTCConfiguration> {
    const config = await this.#home.config();
    if (!this.#hasBegun) await this.#wire.flushed;
    this.#hasBegun = true;
    return config;
  }

  /** A message that came before it is handed over first: making a connection keeps a browser busy. */
  async #onOffer(offer: Forwarded<'rtc:offer'>): Promise<void> {
    await this.#handOver.current;
    if (!this.#state.closed) this.#negotiator.onOffer(offer);
  }

  /** @internal Whether something of a stream of the other side was received, here or by an earlier page. */
  knows(epoch: string): boolean {
    return this.#state.inboxes[epoch] !== undefined;
  }

  /** @internal A frame of the other side. */
  receive(via: Via, fromDevice: string, frame: Frame): void {
    this.#take(frame, () => this.#on({ type: 'frame', via, fromDevice, frame }));
    const { header, body } = frame;
    if (header.t === 'call' || header.t === 'call-ack')
      this.#calls.use((calls) => calls.received(fromDevice, header, body));
    if (header.t === 'stream' || header.t === 'credit' || header.t === 'abort')
      this.#streams.received(fromDevice, header, body);
  }

  /** @internal A frame from our mailbox; `own` where another device of ours sent it. */
  receiveMail(position: number, own: boolean, frame: Frame): void {
    this.#take(frame, () => this.#on({ type: 'mail', position, own, frame }));
  }

  /** @internal What an earlier page received and did not hand over: one message, or one part. */
  restore(message: Incoming, own: boolean): void {
    this.#handOver.restore(message, own);
  }

  /** Without a listener a message is not taken in. It comes again: from its sender, or from the mailbox. */
  #take(frame: Frame, take: () => void): void {
    if (frame.header.t !== 'data' || this.hasListeners('message')) take();
    else if (this.#unheard.length < LIMITS.windowMaxMessages) this.#unheard.push(take);
  }

  #on(event: DistributiveOmit<LinkEvent, 'nowMs'>): void {
    const before = this.#state;
    const nowMs = performance.now();
    const { state, effects } = step(before, { ...event, nowMs }, this.#channel);
    this.#state = state;
    this.#recorder.stepped(before, event, state, effects);
    for (const effect of effects) this.#perform(effect, event.type === 'timer');
    if (!this.#channel && this.#home.rtc && !state.closed && nowMs >= this.#equipAtMs) {
      this.#equipAtMs = nowMs + EQUIP_AGAIN_MS;
      this.#negotiator.load();
    }
  }

  #perform(effect: LinkEffect, isOverdue: boolean): void {
    switch (effect.do) {
      case 'transmit':
        return this.#wire.transmit(effect);
      case 'deliver':
        return this.#handOver.deliver(effect);
      case 'enqueue':
        return this.#wire.enqueue(effect);
      case 'queued':
        return this.#onQueued(effect);
      case 'held':
        return this.emit('held', new AnypathError(effect.code));
      case 'expired':
        return this.#receipts.expired(effect);
      case 'delivered':
        return this.#onDelivered(effect);
      case 'path':
        return this.emit('path', effect.path);
      case 'resend':
        return this.#resend();
      case 'start-rtc':
        return this.#negotiator.start(effect.toDevice);
      case 'stop-rtc':
        return this.#negotiator.stop(isOverdue ? 'failed' : 'abandoned');
      case 'drop-rtc':
        return this.#negotiator.drop();
      case 'drop-beside':
        return this.#negotiator.dropBeside(isOverdue ? 'failed' : 'abandoned');
      case 'check':
        return this.#home.check();
      case 'goodbye':
        return this.#wire.sayGoodbye(effect.toDevice);
      case 'timer':
        return this.#timers.set(effect.name, effect.ms);
    }
  }

  #resend(): void {
    this.#streams.useIfAny((streams) => streams.pathLost());
    this.#calls.useIfAny((calls) => calls.pathLost());
  }

  #lines(): Lines {
    return {
      devices: () => this.#state.peerDevices,
      device: () => this.#state.peerDevice,
      isLive: (device) => this.#viaTo(device) !== undefined,
      transmit: (toDevice, header, body = new Uint8Array(0)) => {
        const via = this.#viaTo(toDevice);
        if (via) this.#wire.transmit({ do: 'transmit', via, toDevice, header, body });
      },
      transmitBulk: async (toDevice, header, body) => {
        const via = this.#viaTo(toDevice);
        if (via) await this.#wire.transmitBulk(via, toDevice, header, body);
      },
      doubt: () => this.#on({ type: 'doubt' }),
    };
  }

  #viaTo(device: string): Via | undefined {
    const path = pathOf(this.#state);
    if (device === this.#state.peerDevice && (path === 'direct' || path === 'turn')) return 'rtc';
    return this.#state.socketUp && this.#state.peerDevices.includes(device) ? 'relay' : undefined;
  }

  /** @internal Sends what the sealing itself has to say over the data channel. */
  reply(packet: Uint8Array<ArrayBuffer>): void {
    this.#negotiator.send(packet);
  }

  #onQueued(effect: LinkEffect & { do: 'queued' }): void {
    this.#home.memory.sent(this.peer, this.#state.outbox.epoch, effect.entry.seq);
    const receipt = this.#receipts.kept(effect);
    if (receipt) this.emit('queued', receipt);
  }

  #onDelivered(effect: LinkEffect & { do: 'delivered' }): void {
    this.#home.memory.sent(this.peer, this.#state.outbox.epoch, effect.entry.seq);
    const delivered = this.#receipts.delivered(effect);
    if (delivered) this.emit('delivered', ...delivered);
  }
}
