import type { AckHeader, DataHeader } from '@anypath/protocol';
import { type ArrivalPath, cursorOf, type Incoming, received } from './inbox.ts';
import {
  ackedThrough,
  acknowledged,
  enqueued,
  expired,
  kept,
  mailed,
  type Outgoing,
  oldestLive,
  refused,
  rewound,
  rewoundWhole,
  transmitted,
} from './outbox.ts';
import type { Path, Via } from './path.ts';
import { ackTimeoutMs, measured } from './round-trip.ts';
import { phaseLimitMs, RTC_TABLE, type RtcTrigger } from './rtc-phase.ts';
import {
  type Answer,
  type LinkEffect,
  type LinkEvent,
  type LinkState,
  pathOf,
  relayIsUp,
  resumedFrom,
  type TimerName,
} from './state.ts';

const viaOf = (path: Path): Via => (path === 'relay' ? 'relay' : 'rtc');

/** How often a message is tried on the relay before it goes to the mailbox all the same (SPEC S5.1). */
const RELAY_TRIES = 2;

/** How long a refusal of the mailbox is waited out, milliseconds: doubled each time, up to the last. */
const HOLD = { firstMs: 1_000, maxMs: 30_000 } as const;

/**
 * What a link does next: the one place where it is decided.
 *
 * @param before the state so far
 * @param event what happened
 * @returns the new state, and what the driver is to do, in this order
 */
export function step(before: LinkState, event: LinkEvent): { state: LinkState; effects: readonly LinkEffect[] } {
  if (before.closed) return { state: before, effects: [] };
  const fx: LinkEffect[] = [];
  let s = react(before, event, fx);
  s = upgrade(s, relayIsUp(s) && !relayIsUp(before), fx);
  if (pathOf(s) !== pathOf(before)) {
    fx.push({ do: 'path', path: pathOf(s) });
    if (isFallback(pathOf(before), pathOf(s))) s = { ...s, outbox: rewound(s.outbox) };
  }
  s = post(flush(s, event.nowMs, fx), event.nowMs, fx);
  armAckTimer(before, s, fx);
  return { state: s, effects: fx };
}

/** What was on its way on a path that is gone goes out again on the next; an upgrade leaves the relay's own alone. */
const isFallback = (from: Path, to: Path): boolean =>
  to === 'relay' || to === 'mailbox' || from === 'none' || to === 'none';

function react(s: LinkState, event: LinkEvent, fx: LinkEffect[]): LinkState {
  switch (event.type) {
    case 'socket':
      return onSocket(s, event.up, fx);
    case 'settled':
      return { ...s, mail: { ...s.mail, ready: s.socketUp } };
    case 'resumed':
      return resumedFrom(s, event.cursors);
    case 'keys':
      return { ...s, outbox: rewound(s.outbox), mail: { ...s.mail, held: false } };
    case 'presence':
      return onPresence(s, event.devices, fx);
    case 'unreachable':
      return onPresence(
        s,
        s.peerDevices.filter((device) => device !== event.device),
        fx,
      );
    case 'send':
      return { ...s, peerClosed: false, outbox: enqueued(s.outbox, event.messages, event.nowMs) };
    case 'frame':
      return onFrame(s, event, fx);
    case 'mail':
      return onMail(s, event, fx);
    case 'kept':
      return onKept(s, event, fx);
    case 'refused':
      return onRefused(s, event, fx);
    case 'clock':
      return onClock(s, event.serverMs, fx);
    case 'rtc':
      return onRtc(s, event, fx);
    case 'doubt':
      return relayIsUp(s) ? moved(s, 'stalled', fx) : s;
    case 'timer':
      return onTimer(s, event.name, event.nowMs, fx);
    case 'close':
      fx.push({ do: 'goodbye', toDevice: relayIsUp(s) ? s.peerDevice : undefined });
      return { ...s, closed: true };
  }
}

function onSocket(s: LinkState, up: boolean, fx: LinkEffect[]): LinkState {
  if (s.mail.held) fx.push({ do: 'timer', name: 'mail', ms: undefined });
  // What the mailbox was about to answer will not be answered any more.
  const mail = { ready: false, held: false, refusals: 0 };
  return { ...s, socketUp: up, mail, peerDevices: up ? s.peerDevices : [] };
}

function onTimer(s: LinkState, name: TimerName, nowMs: number, fx: LinkEffect[]): LinkState {
  if (name === 'ack') return onAckOverdue(s, nowMs, fx);
  return name === 'rtc' ? onRtcExpired(s, fx) : { ...s, mail: { ...s.mail, held: false } };
}

function onPresence(s: LinkState, devices: readonly string[], fx: LinkEffect[]): LinkState {
  const isThere = s.peerDevice !== undefined && devices.includes(s.peerDevice);
  const stays = isThere || s.rtc.phase === 'open';
  const next = { ...s, peerDevices: devices, peerDevice: stays ? s.peerDevice : (devices.at(-1) ?? s.peerDevice) };
  // Told again about a device that is there: it has a new connection, and what went to the old one may be gone.
  if (s.rtc.phase !== 'open') return { ...next, outbox: rewound(next.outbox) };
  // A page that closed does not close its channel: gone for the server, it has to prove that it is there.
  return isThere ? next : moved(next, 'stalled', fx);
}

function onFrame(before: LinkState, event: LinkEvent & { type: 'frame' }, fx: LinkEffect[]): LinkState {
  const heard = event.via === 'rtc' ? moved(before, 'heard', fx) : before;
  const { header, body } = event.frame;
  const path: Path = event.via === 'rtc' ? heard.rtc.tier : 'relay';
  if (header.t === 'bye') return { ...moved(heard, 'failed', fx), peerClosed: true };
  if (header.t === 'ping') {
    if (header.reply) fx.push(ping(event.via, event.fromDevice, false));
    return heard;
  }
  if (header.t === 'ack') return onAck(heard, header, path as ArrivalPath, event.nowMs, fx);
  // Calls and streams are the driver's.
  if (header.t !== 'data') return heard;
  const to = { via: event.via, toDevice: event.fromDevice };
  const next = { ...bound(heard, event.fromDevice, fx), peerClosed: false };
  return onData(next, { header, body, path: path as ArrivalPath }, to, fx);
}

/** The mailbox carries the same frames. What another device of ours sent needs no answer. */
function onMail(
  s: LinkState,
  { frame, position, own, nowMs }: LinkEvent & { type: 'mail' },
  fx: LinkEffect[],
): LinkState {
  const { header, body } = frame;
  if (header.t === 'data') {
    return onData(
      s,
      { header, body, path: 'mailbox', position },
      own ? undefined : { via: 'mailbox', toDevice: '' },
      fx,
    );
  }
  return header.t === 'ack' && !own ? onAck(s, header, 'mailbox', nowMs, fx) : s;
}

/** @param to where to acknowledge; nowhere for what another device of ours sent */
function onData(
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

function onAck(s: LinkState, ack: AckHeader, path: ArrivalPath, nowMs: number, fx: LinkEffect[]): LinkState {
  if (ack.epoch !== s.outbox.epoch) return s;
  const { outbox, settled } = acknowledged(s.outbox, ack.through);
  let roundTrips = s.roundTrips;
  for (const entry of settled) {
    // An acknowledgement speaks for the path of the message that caused it; the others went as they were sent.
    const by = entry.seq === ack.seq ? path : ((entry.sent?.path as ArrivalPath | undefined) ?? path);
    fx.push({ do: 'delivered', entry, path: by, ms: nowMs - entry.queuedMs });
    // Only a message that was sent once tells a round trip (Karn's rule, RFC 6298, section 3).
    if (path !== 'mailbox' && entry.seq === ack.seq && entry.tries === 1 && entry.sent?.path === path) {
      const via = viaOf(path);
      roundTrips = { ...roundTrips, [via]: measured(roundTrips[via], nowMs - entry.sent.ms) };
    }
  }
  return { ...s, outbox, roundTrips };
}

function onKept(s: LinkState, event: LinkEvent & { type: 'kept' }, fx: LinkEffect[]): LinkState {
  const entry = s.outbox.waiting.find(({ seq }) => seq === event.seq);
  if (entry) fx.push({ do: 'queued', entry, forced: event.forced });
  return { ...s, mail: { ...s.mail, refusals: 0 }, outbox: kept(s.outbox, event.seq, event.until) };
}

/** Refused for now: everything that is not there yet waits, or goes live where that becomes possible. */
function onRefused(s: LinkState, event: LinkEvent & { type: 'refused' }, fx: LinkEffect[]): LinkState {
  const outbox = refused(s.outbox, event.seq);
  if (s.mail.held) return { ...s, outbox };
  // Who is online after all is told in a moment; what is not acknowledged by then is forced.
  if (event.code !== 'rtc_available') fx.push({ do: 'held', code: event.code });
  fx.push({ do: 'timer', name: 'mail', ms: Math.min(HOLD.maxMs, HOLD.firstMs * 2 ** s.mail.refusals) });
  return { ...s, outbox, mail: { ...s.mail, held: true, refusals: s.mail.refusals + 1 } };
}

function onClock(s: LinkState, serverMs: number, fx: LinkEffect[]): LinkState {
  const { outbox, gone } = expired(s.outbox, serverMs);
  for (const entry of gone) fx.push({ do: 'expired', entry });
  return gone.length === 0 ? s : { ...s, outbox };
}

/** The link follows the device that it hears from; a connection to another device is over. */
function bound(s: LinkState, device: string, fx: LinkEffect[]): LinkState {
  if (s.peerDevice === device) return s;
  const peerDevices = s.peerDevices.includes(device) ? s.peerDevices : [...s.peerDevices, device];
  const next = { ...s, peerDevice: device, peerDevices, outbox: rewound(s.outbox) };
  return s.peerDevice === undefined ? next : moved(next, 'failed', fx);
}

function onRtc(before: LinkState, event: LinkEvent & { type: 'rtc' }, fx: LinkEffect[]): LinkState {
  switch (event.trigger) {
    case 'offered': {
      // The driver is answering already: this only follows it, without an effect that would stop the answer.
      const s = { ...before, peerClosed: false, peerDevice: event.fromDevice };
      return moved(s, 'offered', fx);
    }
    case 'opened':
      return moved({ ...before, rtc: { ...before.rtc, tier: event.tier, failures: 0 } }, 'opened', fx);
    case 'tier':
      return { ...before, rtc: { ...before.rtc, tier: event.tier } };
    case 'failed':
      return moved(before, 'failed', fx);
  }
}

function onRtcExpired(s: LinkState, fx: LinkEffect[]): LinkState {
  const isPointless = s.peerClosed || !relayIsUp(s);
  return moved(s, s.rtc.phase === 'waiting' && isPointless ? 'halt' : 'expired', fx);
}

/**
 * On the data channel silence is doubt; on the relay it is loss, and everything goes again: also what the mailbox has, in case
 * it was sealed for other devices than this one. At last the mailbox gets it, too.
 */
function onAckOverdue(s: LinkState, nowMs: number, fx: LinkEffect[]): LinkState {
  if (s.rtc.phase === 'open' && relayIsUp(s)) return moved(s, 'stalled', fx);
  const tries = oldestLive(s.outbox)?.tries ?? 0;
  const outbox = rewoundWhole(s.outbox);
  return tries >= RELAY_TRIES && canMail(s) ? forced({ ...s, outbox }, nowMs, fx) : { ...s, outbox };
}

const canMail = ({ mail, socketUp }: LinkState): boolean => socketUp && mail.ready && !mail.held;

/** Nobody acknowledges: what was tried goes to the mailbox, whatever the server thinks of the other side. */
function forced(s: LinkState, nowMs: number, fx: LinkEffect[]): LinkState {
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

/** Starts an attempt where one is wanted: at once for who opened the link, after a pause for the other side. */
function upgrade(s: LinkState, relayCameUp: boolean, fx: LinkEffect[]): LinkState {
  if (s.closed || s.peerClosed || !s.rtcWanted || !relayIsUp(s)) return s;
  const fresh = relayCameUp ? { ...s, rtc: { ...s.rtc, failures: 0 } } : s;
  if (s.rtc.phase === 'idle') return moved(fresh, s.initiator ? 'start' : 'yield', fx);
  return relayCameUp && s.initiator ? moved(fresh, 'start', fx) : s;
}

/** Moves the upgrade by its table, with the effects that belong to the change. */
function moved(s: LinkState, trigger: RtcTrigger, fx: LinkEffect[]): LinkState {
  const { phase } = s.rtc;
  const next = RTC_TABLE[phase][trigger];
  if (next === undefined) return s;
  const failures = phase === 'trying' && next === 'waiting' ? s.rtc.failures + 1 : s.rtc.failures;
  if ((next === 'idle' || next === 'waiting') && phase !== 'idle' && phase !== 'waiting') fx.push({ do: 'stop-rtc' });
  if (next === 'trying' && trigger !== 'offered' && s.peerDevice) fx.push({ do: 'start-rtc', toDevice: s.peerDevice });
  if (next === 'doubted' && s.peerDevice) fx.push(ping('rtc', s.peerDevice, true));
  fx.push({ do: 'timer', name: 'rtc', ms: phaseLimitMs(next, failures) });
  return { ...s, rtc: { ...s.rtc, phase: next, failures } };
}

const ping = (via: Via, toDevice: string, reply: boolean): LinkEffect => ({
  do: 'transmit',
  via,
  toDevice,
  header: { t: 'ping', reply },
  body: new Uint8Array(0),
});

function flush(s: LinkState, nowMs: number, fx: LinkEffect[]): LinkState {
  const path = pathOf(s);
  if (path === 'none' || path === 'mailbox' || s.peerDevice === undefined) return s;
  const acked = ackedThrough(s.outbox);
  const { outbox, batch } = transmitted(s.outbox, path, nowMs);
  for (const entry of batch) {
    const header = dataHeader(s.outbox.epoch, acked, entry);
    fx.push({ do: 'transmit', via: viaOf(path), toDevice: s.peerDevice, header, body: entry.body });
  }
  return batch.length === 0 ? s : { ...s, outbox };
}

/** Where no live path is, the mailbox takes it: without force at first, because the server may know better. */
function post(s: LinkState, nowMs: number, fx: LinkEffect[]): LinkState {
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
function armAckTimer(before: LinkState, s: LinkState, fx: LinkEffect[]): void {
  const oldest = oldestLive(s.outbox);
  const was = oldestLive(before.outbox);
  if (oldest?.sent === was?.sent && oldest?.seq === was?.seq) return;
  const via = viaOf(pathOf(s));
  fx.push({ do: 'timer', name: 'ack', ms: oldest && ackTimeoutMs(s.roundTrips[via], via, oldest.tries) });
}
