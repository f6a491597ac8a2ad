import type { AckHeader, DataHeader } from '@anypath/protocol';
import { type ArrivalPath, cursorOf, type Incoming, received } from './inbox.ts';
import { patienceMs, slow } from './liveness.ts';
import {
  ackedThrough,
  acknowledged,
  expired,
  kept,
  mailed,
  type Outgoing,
  oldestLive,
  refused,
  transmitted,
} from './outbox.ts';
import type { Path, Via } from './path.ts';
import { ackTimeoutMs, measured } from './round-trip.ts';
import { type Answer, type LinkEffect, type LinkEvent, type LinkState, pathOf } from './state.ts';

export const viaOf = (path: Path): Via => (path === 'direct' || path === 'turn' ? 'rtc' : 'relay');

/** How long a refusal of the mailbox is waited out, milliseconds: doubled each time, up to the last. */
const HOLD = { firstMs: 1_000, maxMs: 30_000 } as const;

/** How long after its beginning the signals of an attempt are on their way, milliseconds. */
const SIGNALS_MS = 1_500;

export const timeoutMs = (s: LinkState, via: Via, tries: number, nowMs: number): number =>
  ackTimeoutMs(s.roundTrips[via], via, tries, patienceMs(s.rtc.life, nowMs));

/** @param to where to acknowledge; nowhere for what another device of ours sent */
export function onData(
  s: LinkState,
  message: Incoming,
  to: Pick<Answer, 'via' | 'toDevice'> | undefined,
  fx: LinkEffect[],
): LinkState {
  const { epoch, seq } = message.header;
  const { inbox, ready, answer, known } = received(s.inboxes[epoch], message);
  const header: AckHeader = { t: 'ack', epoch, through: inbox.through, seq };
  const repeated = known && message.position !== undefined && !inbox.early.has(seq) ? [message.position] : [];
  const positions = [...ready.flatMap(({ position }) => (position === undefined ? [] : [position])), ...repeated];
  if (ready.length > 0 || answer) {
    const messages = { messages: ready, own: to === undefined, positions };
    fx.push({
      do: 'deliver',
      cursor: cursorOf(inbox),
      ...messages,
      answer: to && answer ? { ...to, header } : undefined,
    });
  }
  return { ...s, inboxes: { ...s.inboxes, [epoch]: inbox } };
}

export function onAck(s: LinkState, ack: AckHeader, path: ArrivalPath, nowMs: number, fx: LinkEffect[]): LinkState {
  if (ack.epoch !== s.outbox.epoch) return s;
  const { outbox, settled } = acknowledged(s.outbox, ack.through);
  let { roundTrips, rtc } = s;
  for (const entry of settled) {
    // An acknowledgement speaks for the path of the message that caused it; the others went as they were sent.
    const by = entry.seq === ack.seq ? path : ((entry.sent?.path as ArrivalPath | undefined) ?? path);
    fx.push({ do: 'delivered', entry, path: by, ms: nowMs - entry.queuedMs });
    // Only a message that was sent once tells a round trip (Karn's rule, RFC 6298, section 3).
    if (path !== 'mailbox' && entry.seq === ack.seq && entry.tries === 1 && entry.sent?.path === path) {
      const via = viaOf(path);
      const tookMs = nowMs - entry.sent.ms;
      roundTrips = { ...roundTrips, [via]: measured(roundTrips[via], tookMs) };
      if (via === 'rtc') rtc = { ...rtc, life: slow(rtc.life, tookMs, nowMs) };
    }
  }
  return { ...s, outbox, roundTrips, rtc, overdue: settled.length > 0 ? 0 : s.overdue };
}

export function onKept(s: LinkState, event: LinkEvent & { type: 'kept' }, fx: LinkEffect[]): LinkState {
  const entry = s.outbox.waiting.find(({ seq }) => seq === event.seq);
  if (entry) fx.push({ do: 'queued', entry, forced: event.forced });
  return { ...s, mail: { ...s.mail, refusals: 0 }, outbox: kept(s.outbox, event.seq, event.until) };
}

/** Refused for now: everything that is not there yet waits, or goes live where that becomes possible. */
export function onRefused(s: LinkState, event: LinkEvent & { type: 'refused' }, fx: LinkEffect[]): LinkState {
  const outbox = refused(s.outbox, event.seq);
  if (s.mail.held) return { ...s, outbox };
  // Who is online after all is told in a moment; what is not acknowledged by then is forced.
  if (event.code !== 'rtc_available') fx.push({ do: 'held', code: event.code });
  fx.push({ do: 'timer', name: 'mail', ms: Math.min(HOLD.maxMs, HOLD.firstMs * 2 ** s.mail.refusals) });
  return { ...s, outbox, mail: { ...s.mail, held: true, refusals: s.mail.refusals + 1 } };
}

export function onClock(s: LinkState, serverMs: number, fx: LinkEffect[]): LinkState {
  const { outbox, gone } = expired(s.outbox, serverMs);
  for (const entry of gone) fx.push({ do: 'expired', entry });
  return gone.length === 0 ? s : { ...s, outbox };
}

/** A message once more, over the relay, beside the channel that has it. */
export function hedged(s: LinkState, entry: Outgoing): LinkEffect[] {
  if (s.peerDevice === undefined) return [];
  const header = dataHeader(s.outbox.epoch, ackedThrough(s.outbox), entry);
  return [{ do: 'transmit', via: 'relay', toDevice: s.peerDevice, header, body: entry.body }];
}

export const canMail = ({ mail, socketUp }: LinkState): boolean => socketUp && mail.ready && !mail.held;

/** Nobody acknowledges: what was tried goes to the mailbox, whatever the server thinks of the other side. */
export function forced(s: LinkState, nowMs: number, fx: LinkEffect[]): LinkState {
  const { outbox, batch } = mailed(s.outbox, nowMs);
  const tried = new Set(
    batch.filter(({ tries, keptUntil }) => tries > 1 && keptUntil === undefined).map(({ seq }) => seq),
  );
  for (const entry of batch) if (tried.has(entry.seq)) fx.push(toMailbox(s, entry, true));
  const waiting = s.outbox.waiting.map((entry, index) =>
    tried.has(entry.seq) ? (outbox.waiting[index] ?? entry) : entry,
  );
  return { ...s, outbox: { ...s.outbox, waiting } };
}

export function flush(s: LinkState, nowMs: number, fx: LinkEffect[]): LinkState {
  const path = pathOf(s);
  if (path === 'none' || path === 'mailbox' || s.peerDevice === undefined) return s;
  const acked = ackedThrough(s.outbox);
  const { phase, begunMs } = s.rtc;
  const isConnecting = (phase === 'trying' || phase === 'waiting') && nowMs - begunMs < SIGNALS_MS;
  const { outbox, batch } = transmitted(s.outbox, path, nowMs, isConnecting);
  for (const entry of batch) {
    const header = dataHeader(s.outbox.epoch, acked, entry);
    fx.push({ do: 'transmit', via: viaOf(path), toDevice: s.peerDevice, header, body: entry.body });
  }
  return batch.length === 0 ? s : { ...s, outbox };
}

/** Where no live path is, the mailbox takes it: without force at first, because the server may know better. */
export function post(s: LinkState, nowMs: number, fx: LinkEffect[]): LinkState {
  if (pathOf(s) !== 'mailbox' || !canMail(s)) return s;
  const { outbox, batch } = mailed(s.outbox, nowMs);
  for (const entry of batch) fx.push(toMailbox(s, entry, entry.tries > 1));
  return batch.length === 0 ? s : { ...s, outbox };
}

const toMailbox = (s: LinkState, entry: Outgoing, force: boolean): LinkEffect => ({
  do: 'enqueue',
  header: dataHeader(s.outbox.epoch, ackedThrough(s.outbox), entry),
  body: entry.body,
  force,
});

/** The header of a message in a stream. */
export const dataHeader = (
  epoch: string,
  acked: number,
  { id, seq, at, text, part, missed }: Pick<Outgoing, 'id' | 'seq' | 'at' | 'text' | 'part' | 'missed'>,
): DataHeader => ({
  t: 'data',
  id,
  epoch,
  seq,
  acked,
  at,
  text,
  ...(part && { part: [...part] as [number, number] }),
  ...(missed && { missed }),
});

/** The timer runs while something is on its way, and starts anew when the oldest message or its path changes. */
export function armAckTimer(before: LinkState, s: LinkState, nowMs: number, fx: LinkEffect[]): void {
  const oldest = oldestLive(s.outbox);
  const was = oldestLive(before.outbox);
  if (oldest?.sent === was?.sent && oldest?.seq === was?.seq) return;
  const via = viaOf(pathOf(s));
  fx.push({ do: 'timer', name: 'ack', ms: oldest && timeoutMs(s, via, s.overdue + 1, nowMs) });
}

/** Asks whether a path carries anything, or answers. @param reply whether an answer is wanted */
export const ping = (via: Via, toDevice: string, reply: boolean): LinkEffect => ({
  do: 'transmit',
  via,
  toDevice,
  header: { t: 'ping', reply },
  body: new Uint8Array(0),
});
