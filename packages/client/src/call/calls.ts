import { AnypathError, type CallAckHeader, type CallHeader, type RtcReport } from '@anypath/protocol';
import type { Lines } from '../link/lines.ts';
import { ulid } from '../ulid.ts';
import { Call, RING_MS } from './call.ts';
import { type CallMedia, type Captured, captured, release } from './capture.ts';
import { Lane } from './lane.ts';
import { decodeWord, encodeWord, RingBody } from './words.ts';

/** The one call that a device is in, over all of its links. */
export interface Desk {
  current: Call | undefined;
}

/** What the calls of a link need from it. */
export interface CallsHome {
  readonly peer: string;
  /** Our device. */
  readonly self: string;
  readonly lines: Lines;
  readonly desk: Desk;
  config(): Promise<RTCConfiguration>;
  /** What was relayed. */
  report(report: RtcReport): void;
  /** Leaves a message for the other side. */
  leaveMissed(missed: { readonly call: string; readonly video: boolean }): void;
  /** Whether the application listens for calls. */
  isHeard(): boolean;
  /** Tells the application. */
  rings(call: Call): void;
}

/** Settings of one call. */
export interface CallOptions {
  /** How long it rings before nobody has taken it, milliseconds; 45 000 where it is left out. */
  readonly ringMs?: number;
}

/** What ends a call, and asks for no answer. */
const LAST_WORDS: readonly CallHeader['say'][] = ['hangup', 'taken', 'decline', 'busy'];

/** Lanes of calls that are over are kept, so that their last words arrive; the latest. */
const LANES_MAX = 32;

/** The calls of one link: brings what is said to the call that it is about, and decides who may ring. */
export class Calls {
  readonly #home: CallsHome;
  readonly #calls = new Map<string, Call>();
  /** By call and device. */
  readonly #lanes = new Map<string, Lane>();
  readonly #past = new Set<string>();

  constructor(home: CallsHome) {
    this.#home = home;
  }

  /**
   * Calls the other side; whoever calls somebody who is calling takes that call.
   *
   * @throws AnypathError `busy`, `media_refused`, `media_unavailable`, `invalid_payload`
   */
  async start(media: CallMedia | MediaStream, { ringMs = RING_MS }: CallOptions): Promise<Call> {
    const { desk, lines } = this.#home;
    if (desk.current && !this.#ringing) throw new AnypathError('busy');
    if (!(ringMs > 0 && ringMs <= 600_000)) throw new AnypathError('invalid_payload', 'ringMs is at most 600 000');
    const own = await captured(media);
    const theirs = this.#ringing;
    if (theirs) {
      theirs.take(own);
      return theirs;
    }
    if (desk.current) {
      release(own);
      throw new AnypathError('busy');
    }
    const call = this.#outgoing(own, ringMs);
    desk.current = call;
    call.step({ type: 'devices', devices: lines.devices() });
    return call;
  }

  /** A frame of the other side. */
  received(device: string, header: CallHeader | CallAckHeader, body: Uint8Array): void {
    const { id } = header;
    if (header.t === 'call-ack') return this.#lanes.get(`${id} ${device}`)?.acknowledged(header);
    if (!this.#isKnown(id) && !this.#begins(device, header, body)) return;
    for (const { say, body: said } of this.#lane(id, device).heard(header, body))
      this.#calls.get(id)?.heard(device, say, said);
  }

  /** The other side's connected devices have changed. */
  devicesChanged(devices: readonly string[]): void {
    for (const call of this.#calls.values()) call.step({ type: 'devices', devices });
  }

  /** Another path carries what is said from now on. */
  pathLost(): void {
    for (const lane of this.#lanes.values()) lane.repeat();
    for (const call of this.#calls.values()) call.pathLost();
  }

  /** There are fresh credentials for TURN. */
  renewed(): void {
    for (const call of this.#calls.values()) call.renewed();
  }

  /** Ends them. */
  close(): void {
    for (const call of [...this.#calls.values()]) call.hangup();
    for (const lane of this.#lanes.values()) lane.close();
    this.#lanes.clear();
  }

  /** The call by which the other side calls us now. */
  get #ringing(): Call | undefined {
    return [...this.#calls.values()].find(({ phase }) => phase === 'ringing');
  }

  #outgoing(media: Captured, ringMs: number): Call {
    const kinds = media.stream.getTracks().map(({ kind }) => kind);
    const wanted = { audio: kinds.includes('audio'), video: kinds.includes('video') };
    const call = new Call(this.#callHome(encodeWord({ ...wanted, ringMs })), { id: ulid(), wanted, ringMs, media });
    this.#calls.set(call.id, call);
    return call;
  }

  /** @param ring what the other side is told when it is to ring */
  #callHome(ring?: Uint8Array) {
    const { peer, self, desk } = this.#home;
    return {
      peer,
      self,
      config: () => this.#home.config(),
      report: (report: RtcReport) => this.#home.report(report),
      say: (call: Call, device: string, word: CallHeader['say'], body: Uint8Array) => {
        // It may ring on a page that has heard nothing of it before.
        if (word === 'ring') this.#dropLane(call.id, device);
        this.#lane(call.id, device).say(word, word === 'ring' && ring ? ring : body);
      },
      leaveMissed: (call: Call) => this.#home.leaveMissed({ call: call.id, video: call.wanted.video }),
      ended: (call: Call) => {
        this.#calls.delete(call.id);
        this.#past.add(call.id);
        if (desk.current === call) desk.current = undefined;
      },
    };
  }

  #isKnown(id: string): boolean {
    return this.#calls.has(id) || this.#past.has(id);
  }

  /** Something about a call that is not known. @returns whether it is known from here on */
  #begins(device: string, { id, lane, n, say }: CallHeader, body: Uint8Array): boolean {
    if (say === 'ring') return this.#mayRing(device, id, body);
    this.#past.add(id);
    this.#home.lines.transmit(device, { t: 'call-ack', id, lane, through: n });
    // A page that was reloaded knows nothing of its calls any more.
    if (!LAST_WORDS.includes(say)) this.#lane(id, device).say('hangup', encodeWord({ gone: true }));
    return false;
  }

  /** A new call comes. @returns whether it is to be answered at all */
  #mayRing(device: string, id: string, bytes: Uint8Array): boolean {
    const ring = decodeWord(RingBody, bytes);
    const { desk } = this.#home;
    // Where nobody is there to take it, it is as if it had not come, so that it can ring later.
    if (!ring || !this.#home.isHeard()) return false;
    if (desk.current) {
      this.#meet(desk.current, device, id);
      return true;
    }
    const { ringMs, audio, video } = ring;
    const call = new Call(this.#callHome(), { id, wanted: { audio, video }, ringMs, from: device });
    this.#calls.set(id, call);
    desk.current = call;
    this.#lane(id, device).say('rings', encodeWord({}));
    this.#home.rings(call);
    return true;
  }

  /** Who is in a call is busy; where both call each other at once, both go on with the call whose name sorts lower. */
  #meet(current: Call, device: string, id: string): void {
    this.#past.add(id);
    const isOurs = this.#calls.get(current.id) === current && current.direction === 'outgoing';
    const isMeeting = isOurs && (current.phase === 'calling' || current.phase === 'alerting');
    if (isMeeting && id < current.id) this.#merge(current, device, id);
    else if (!isMeeting) this.#lane(id, device).say('busy', encodeWord({}));
  }

  /** Our call becomes theirs, and is accepted. */
  #merge(call: Call, device: string, id: string): void {
    this.#past.delete(id);
    this.#past.add(call.id);
    this.#calls.delete(call.id);
    call.step({ type: 'merged', device, into: id });
    this.#calls.set(id, call);
  }

  #dropLane(id: string, device: string): void {
    this.#lanes.get(`${id} ${device}`)?.close();
    this.#lanes.delete(`${id} ${device}`);
  }

  #lane(id: string, device: string): Lane {
    const key = `${id} ${device}`;
    const known = this.#lanes.get(key);
    if (known) return known;
    const lane = new Lane(id, (header, body) => this.#home.lines.transmit(device, header, body));
    this.#lanes.set(key, lane);
    const idle = [...this.#lanes].find(([other]) => !this.#calls.has(other.split(' ')[0] ?? ''));
    if (this.#lanes.size > LANES_MAX && idle) {
      idle[1].close();
      this.#lanes.delete(idle[0]);
    }
    return lane;
  }
}
