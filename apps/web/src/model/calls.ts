import type { CallMedia, EndReason, ErrorCode, Link } from '@anypath/client';
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { CallSession } from './call-session.ts';
import { codeOf } from './error-code.ts';
import type { MediaDevicesBook } from './media-devices.ts';
import { OwnMedia, openedTrack } from './own-media.ts';
import type { Tone } from './ringer.ts';
import type { CallRecord } from './thread.ts';

/**
 * Why a call did not come about, or ended without anybody's wish. `engaged`: they are in another call. `insecure`: browsers open cameras
 * over HTTPS alone.
 */
export type Why = 'declined' | 'engaged' | 'no-answer' | 'gone' | 'insecure' | 'relay-only' | ErrorCode;

/** What there is of calls; one at a time. */
export type Stage =
  | { readonly name: 'none' }
  /** The person calls; the browser opens the microphone and the camera, and may ask first. */
  | { readonly name: 'opening'; readonly peer: string; readonly video: boolean }
  /** Somebody calls the person. */
  | { readonly name: 'ringing'; readonly session: CallSession; readonly answer: Answer }
  /** It rings over there, or the two talk. */
  | { readonly name: 'going'; readonly session: CallSession }
  | { readonly name: 'over'; readonly peer: string; readonly video: boolean; readonly why: Why };

/** How the answer to a call that rings goes: not given, on its way, or why it did not work. */
type Answer = 'none' | 'opening' | ErrorCode;

/** With what somebody takes a call. */
export type Taken = 'as-called' | 'sound' | 'listening';

/** What is said aloud about a call that is over. */
export interface CallNews {
  readonly peer: string;
  readonly what: 'ended' | 'missed' | 'elsewhere';
}

/** What the calls need from the conversations. */
interface Place {
  readonly links: ReadonlySignal<ReadonlyMap<string, Link>>;
  select(peer: string): void;
  called(peer: string, call: CallRecord, when: { readonly id: string; readonly at: number }): void;
}

interface Surroundings {
  readonly conversations: Place;
  readonly devices: MediaDevicesBook;
  /** Whether there is room for little more than the call. */
  readonly isNarrow: () => boolean;
  /** Why nobody can be called from here. */
  readonly obstacle: () => Why | undefined;
}

/** The calls of the signed-in person. */
export class Calls {
  readonly stage = signal<Stage>({ name: 'none' });
  /** Whether the call takes the whole page. */
  readonly isLarge = signal(false);
  readonly news = signal<CallNews | undefined>(undefined);
  /** What is to be heard. */
  readonly tone = computed<Tone | undefined>(() => {
    const stage = this.stage.value;
    if (stage.name === 'ringing') return stage.answer === 'opening' ? undefined : 'incoming';
    return stage.name === 'going' && stage.session.phase.value === 'alerting' ? 'outgoing' : undefined;
  });
  readonly #around: Surroundings;
  readonly #heard = new Map<Link, () => void>();
  #stop: (() => void) | undefined;
  /** Counts wishes, so that one that is through late does not undo a newer one. */
  #wish = 0;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Nothing of them is kept here. */
  open(): void {}

  close(): void {
    this.detach();
    this.news.value = undefined;
  }

  /** Lets it ring from now on, over every link. */
  attach(): void {
    this.#stop = this.#around.conversations.links.subscribe((links) => this.#listen([...links.values()]));
  }

  /** Ends what there is. */
  detach(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#listen([]);
    this.hangup();
    this.putAway();
  }

  /** Calls somebody. */
  async start(peer: string, video: boolean): Promise<void> {
    const { conversations, devices, obstacle, isNarrow } = this.#around;
    const { name } = this.stage.peek();
    if (name !== 'none' && name !== 'over') return;
    const why = obstacle();
    const link = conversations.links.peek().get(peer);
    if (why || !link) return this.#end(peer, video, why ?? 'link_closed');
    const wish = ++this.#wish;
    this.isLarge.value = isNarrow();
    this.news.value = undefined;
    this.stage.value = { name: 'opening', peer, video };
    try {
      const call = await link.call(this.#media({ audio: true, video }));
      void devices.refresh();
      // Given up meanwhile; or they called, and ours has become the answer.
      if (wish !== this.#wish && this.#current?.call !== call) return call.hangup();
      if (this.#current?.call !== call) this.#show(new CallSession(call, this.#ownMedia(call)), 'going');
    } catch (error) {
      if (wish === this.#wish) this.#end(peer, video, codeOf(error));
    }
  }

  /** Takes the call that rings; where that fails, it goes on ringing. */
  async accept(how: Taken): Promise<void> {
    const stage = this.stage.peek();
    if (stage.name !== 'ringing' || stage.answer === 'opening') return;
    const { session } = stage;
    const { audio, video } = session.call.wanted;
    const wanted = {
      'as-called': { audio, video },
      sound: { audio: true, video: false },
      listening: { audio: false, video: false },
    }[how];
    this.#answer(session, 'opening');
    try {
      await session.call.accept(this.#media(wanted));
      void this.#around.devices.refresh();
    } catch (error) {
      this.#answer(session, codeOf(error));
    }
  }

  /** Does not take the call that rings. */
  decline(): void {
    const stage = this.stage.peek();
    if (stage.name === 'ringing') stage.session.call.decline();
  }

  /** Ends the call, or gives up calling. */
  hangup(): void {
    const { name } = this.stage.peek();
    this.#wish++;
    this.#current?.call.hangup();
    if (name === 'opening') this.stage.value = { name: 'none' };
  }

  /** Puts away what is said about a call that is over. */
  putAway(): void {
    if (this.stage.peek().name === 'over') this.stage.value = { name: 'none' };
  }

  /** Takes a microphone or a camera, now and from now on. */
  async choose(kind: 'audioinput' | 'videoinput', id: string): Promise<void> {
    this.#around.devices.choose(kind, id);
    await this.#current?.use(kind === 'audioinput' ? 'audio' : 'video', id);
  }

  get #current(): CallSession | undefined {
    const stage = this.stage.peek();
    return 'session' in stage ? stage.session : undefined;
  }

  #listen(links: readonly Link[]): void {
    for (const [link, stop] of this.#heard) {
      if (links.includes(link)) continue;
      stop();
      this.#heard.delete(link);
    }
    for (const link of links) {
      if (this.#heard.has(link)) continue;
      const rings = link.on('call', (call) => {
        this.#wish++;
        this.news.value = undefined;
        this.#show(new CallSession(call, this.#ownMedia(call)), 'ringing');
      });
      this.#heard.set(link, rings);
    }
  }

  #show(session: CallSession, name: 'ringing' | 'going'): void {
    this.stage.value = name === 'going' ? { name, session } : { name, session, answer: 'none' };
    session.phase.subscribe((phase) => {
      if (phase === 'active') this.#onActive(session);
      if (phase === 'ended') this.#onEnded(session);
    });
  }

  #answer(session: CallSession, answer: Answer): void {
    if (this.#current === session && session.call.phase === 'ringing')
      this.stage.value = { name: 'ringing', session, answer };
  }

  #onActive(session: CallSession): void {
    if (this.stage.peek().name !== 'ringing') return;
    this.isLarge.value = this.#around.isNarrow();
    this.stage.value = { name: 'going', session };
    this.#around.conversations.select(session.peer);
  }

  #onEnded(session: CallSession): void {
    const { call, peer, at, isVideo } = session;
    const reason = call.reason ?? 'hangup';
    const since = session.talkingSince.peek();
    const record = recordOf(call.direction, isVideo, reason, since === undefined ? undefined : Date.now() - since);
    this.#around.conversations.called(peer, record, { id: call.id, at });
    if (this.#current !== session) return;
    const why = whyOf(call.direction, reason, call.error);
    if (why) return this.#end(peer, isVideo, why);
    this.stage.value = { name: 'none' };
    this.news.value = { peer, what: reason === 'missed' || reason === 'elsewhere' ? reason : 'ended' };
  }

  #end(peer: string, video: boolean, why: Why): void {
    this.stage.value = { name: 'over', peer, video, why };
  }

  #media({ audio, video }: { readonly audio: boolean; readonly video: boolean }): CallMedia {
    const { devices } = this.#around;
    return { audio: audio && devices.wish('audioinput'), video: video && devices.wish('videoinput') };
  }

  #ownMedia(call: CallSession['call']): OwnMedia {
    const { devices } = this.#around;
    return new OwnMedia(call, async (kind) => {
      const track = await openedTrack(kind, devices.wish(kind === 'audio' ? 'audioinput' : 'videoinput'));
      void devices.refresh();
      return track;
    });
  }
}

/** Why a call is over, where the person has not ended it, and would wonder. */
function whyOf(direction: 'outgoing' | 'incoming', reason: EndReason, error: ErrorCode | undefined): Why | undefined {
  if (reason === 'failed') return error ?? 'internal';
  if (reason === 'gone') return 'gone';
  if (direction === 'incoming') return undefined;
  if (reason === 'busy') return 'engaged';
  return reason === 'declined' || reason === 'no-answer' ? reason : undefined;
}

const OUTCOMES = {
  hangup: 'talked',
  gone: 'talked',
  declined: 'declined',
  busy: 'busy',
  cancelled: 'cancelled',
  'no-answer': 'unanswered',
  missed: 'missed',
  elsewhere: 'elsewhere',
  failed: 'failed',
} as const satisfies Record<EndReason, CallRecord['outcome']>;

function recordOf(
  direction: 'outgoing' | 'incoming',
  video: boolean,
  reason: EndReason,
  lastedMs: number | undefined,
): CallRecord {
  return { direction, video, outcome: OUTCOMES[reason], ...(lastedMs === undefined ? {} : { lastedMs }) };
}
