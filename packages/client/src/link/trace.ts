import type { ErrorCode } from '@anypath/protocol';
import type { AttemptTrace } from '../rtc/attempt-log.ts';
import type { ArrivalPath } from './inbox.ts';
import type { Path, RtcTier } from './path.ts';
import type { RtcPhase } from './rtc-phase.ts';
import { type LinkEvent, type LinkState, pathOf } from './state.ts';

/** What a trace may tell. Nothing in it names a person, an address, a message or a key. */
export type TraceEvent =
  /** The connection to the server came up or went down. */
  | { readonly event: 'socket'; readonly up: boolean }
  /** How many devices of the other side are connected. */
  | { readonly event: 'presence'; readonly devices: number }
  /** The path that carries messages changed. `because`: what made it, such as `socket down`, `rtc opened` or `timer ack`. */
  | { readonly event: 'path'; readonly from: Path; readonly to: Path; readonly because: string }
  /** The upgrade to WebRTC moved on; `doubted` is a channel on which nothing is acknowledged any more. */
  | { readonly event: 'upgrade'; readonly from: RtcPhase; readonly to: RtcPhase; readonly because: string }
  /** It turned out whether the connection is relayed by a TURN server. */
  | { readonly event: 'tier'; readonly tier: RtcTier }
  /** An acknowledgement did not come in time; so many messages were on their way. */
  | { readonly event: 'overdue'; readonly path: Path; readonly messages: number }
  /** Messages went out again, over `path`; `lostOn` is where they went before. */
  | { readonly event: 'resent'; readonly path: ArrivalPath; readonly lostOn: ArrivalPath; readonly messages: number }
  /** Messages went to the mailbox, were kept there, or were removed from it unread. */
  | { readonly event: 'mailbox'; readonly step: 'sent' | 'kept' | 'expired'; readonly messages: number }
  /** The mailbox took no message. */
  | { readonly event: 'mailbox'; readonly step: 'refused'; readonly code: ErrorCode; readonly messages: number }
  | { readonly event: 'closed' }
  /** `attempt`: which connection of this link, from 1 on; several may be there at a time. */
  | (AttemptTrace & { readonly attempt: number });

/** One entry of a trace. */
export type TraceEntry = TraceEvent & {
  /** When, Unix milliseconds by this device's clock; of messages that are counted, when the first went. */
  readonly at: number;
  /** When, milliseconds of `performance.now()`, which no change of the clock moves. */
  readonly clockMs: number;
};

/** Entries that are kept; the oldest leave first. */
export const TRACE_MAX = 300;

/** The latest of what happened to a link. */
export class Trace {
  readonly #entries: TraceEntry[] = [];
  readonly #added: (entry: TraceEntry) => void;

  /** @param added told of every entry that is new; one that only counts further is not told again */
  constructor(added: (entry: TraceEntry) => void) {
    this.#added = added;
  }

  /** Writes an entry. What counts messages goes on in an entry of its kind, where nothing but messages travelled since. */
  add(event: TraceEvent): void {
    const isOther = (entry: TraceEntry) => !isCount(entry);
    const run = this.#entries.slice(this.#entries.findLastIndex(isOther) + 1);
    const same = isCount(event) ? run.find((entry) => isSameKind(entry, event)) : undefined;
    if (isCount(event) && same && isCount(same)) {
      this.#entries[this.#entries.indexOf(same)] = { ...same, messages: same.messages + event.messages };
      return;
    }
    const entry: TraceEntry = { ...event, at: Date.now(), clockMs: Math.round(performance.now()) };
    this.#entries.push(entry);
    if (this.#entries.length > TRACE_MAX) this.#entries.shift();
    this.#added(entry);
  }

  /** A copy, the oldest first. */
  entries(): readonly TraceEntry[] {
    return [...this.#entries];
  }
}

const isCount = <T extends TraceEvent>(event: T): event is T & { readonly event: 'resent' | 'mailbox' } =>
  event.event === 'resent' || event.event === 'mailbox';

const isSameKind = (before: TraceEvent, event: TraceEvent): boolean =>
  Object.entries(event).every(([key, value]) => key === 'messages' || before[key as keyof TraceEvent] === value);

/**
 * What of a step is worth an entry.
 *
 * @param before the state before it
 * @param event what happened
 * @param after the state after it
 */
export function changesOf(before: LinkState, event: Omit<LinkEvent, 'nowMs'>, after: LinkState): readonly TraceEvent[] {
  const told: TraceEvent[] = [];
  const because = causeOf(event as LinkEvent);
  if (before.socketUp !== after.socketUp) told.push({ event: 'socket', up: after.socketUp });
  const devices = after.peerDevices.length;
  if (before.peerDevices.length !== devices) told.push({ event: 'presence', devices });
  if (because === 'timer ack') {
    const messages = before.outbox.waiting.filter(({ sent }) => sent && sent.path !== 'mailbox').length;
    told.push({ event: 'overdue', path: pathOf(before), messages });
  }
  if (before.rtc.phase !== after.rtc.phase) {
    told.push({ event: 'upgrade', from: before.rtc.phase, to: after.rtc.phase, because });
  }
  if (because === 'rtc opened' || because === 'rtc tier') told.push({ event: 'tier', tier: after.rtc.tier });
  if (pathOf(before) !== pathOf(after)) {
    told.push({ event: 'path', from: pathOf(before), to: pathOf(after), because });
  }
  if (after.closed && !before.closed) told.push({ event: 'closed' });
  return told;
}

function causeOf(event: LinkEvent): string {
  if (event.type === 'socket') return event.up ? 'socket up' : 'socket down';
  if (event.type === 'rtc') return `rtc ${event.trigger}`;
  if (event.type === 'timer') return `timer ${event.name}`;
  return event.type === 'frame' ? `frame ${event.frame.header.t}` : event.type;
}
