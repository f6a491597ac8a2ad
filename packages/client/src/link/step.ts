import type { AckHeader, DataHeader, FrameHeader } from '@anypath/protocol';
import { type ArrivalPath, cursorOf, type Incoming, received } from './inbox.ts';
import { alive, asked, forgiven, heard, isProven, type Liveness, patienceMs, silenceLeftMs, slow } from './liveness.ts';
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
  retried,
  rewound,
  rewoundWhole,
  transmitted,
} from './outbox.ts';
import type { Path, RtcTier, Via } from './path.ts';
import { ackTimeoutMs, measured } from './round-trip.ts';
import { type Beside, phaseLimitMs, RTC_TABLE, type RtcTrigger } from './rtc-phase.ts';
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

const viaOf = (path: Path): Via => (path === 'direct' || path === 'turn' ? 'rtc' : 'relay');

/** How often a message is tried on the relay before it goes to the mailbox all the same (SPEC S5.1). */
const RELAY_TRIES = 2;

/** How often a message is tried while its channel comes and goes before what the mailbox has goes live as well. */
const CHANNEL_TRIES = 2;

/** A message that a channel does not bring through in this time goes another way, however lively the channel is, milliseconds. */
const CHANNEL_MS = 2_000;

/** An attempt that is younger has seen the change of a network that is told now, milliseconds. */
const STALE_ATTEMPT_MS = 1_000;

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
  s = upgrade(s, relayIsUp(s) && !relayIsUp(before), event.nowMs, fx);
  if (pathOf(s) !== pathOf(before)) {
    // A better path takes over while the relay still carries what it has.
    if (s.rtc.phase !== 'open') fx.push({ do: 'resend' });
    fx.push({ do: 'path', path: pathOf(s) });
    if (isFallback(pathOf(before), pathOf(s))) s = { ...s, outbox: rewound(s.outbox) };
    s = { ...s, overdue: 0 };
  }
  s = post(flush(s, event.nowMs, fx), event.nowMs, fx);
  armAckTimer(before, s, event.nowMs, fx);
  armBesideTimer(before, s, fx);
  const isBegun =
    fx.some((effect) => effect.do === 'start-rtc') || (event.type === 'rtc' && event.trigger === 'offered');
  if (isBegun) s = { ...s, rtc: { ...s.rtc, begunMs: event.nowMs } };
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
      return onPresence(s, event.devices, event.nowMs, fx);
    case 'unreachable':
      return onPresence(
        s,
        s.peerDevices.filter((device) => device !== event.device),
        event.nowMs,
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
    case 'timer':
      return onTimer(s, event.name, event.nowMs, fx);
    case 'hint':
      return onHint(s, event.nowMs, fx);
    case 'doubt':
      return s.rtc.phase === 'open' ? probed(s, event.nowMs, fx) : s;
    case 'network':
      return { ...s, keepaliveMs: event.keepaliveMs };
    case 'renewed':
      return onRenewed(s, fx);
    case 'close':
      fx.push({ do: 'goodbye', toDevice: relayIsUp(s) ? s.peerDevice : undefined });
      return { ...s, closed: true };
  }
}

function onSocket(s: LinkState, up: boolean, fx: LinkEffect[]): LinkState {
  if (s.mail.held) fx.push({ do: 'timer', name: 'mail', ms: undefined });
  // What the mailbox was about to answer will not be answered any more.
  const mail = { ready: false, held: false, refusals: 0 };
  return { ...s, socketUp: up, mail, overdue: 0, peerDevices: up ? s.peerDevices : [] };
}

function onTimer(s: LinkState, name: TimerName, nowMs: number, fx: LinkEffect[]): LinkState {
  if (name === 'ack') return onAckOverdue(s, nowMs, fx);
  if (name === 'probe') return onProbeDue(s, nowMs, fx);
  return name === 'rtc' ? onRtcExpired(s, fx) : { ...s, mail: { ...s.mail, held: false } };
}

function onPresence(s: LinkState, devices: readonly string[], nowMs: number, fx: LinkEffect[]): LinkState {
  const isThere = s.peerDevice !== undefined && devices.includes(s.peerDevice);
  const stays = isThere || s.rtc.phase === 'open';
  const next = { ...s, peerDevices: devices, peerDevice: stays ? s.peerDevice : (devices.at(-1) ?? s.peerDevice) };
  // Told again about a device that is there: it has a new connection, and what went to the old one may be gone.
  if (s.rtc.phase !== 'open') {
    const isToldAgain = isThere && devices.join(' ') === s.peerDevices.join(' ');
    return restarted({ ...next, overdue: 0, outbox: rewound(next.outbox) }, isToldAgain, nowMs, fx);
  }
  // A page that closed does not close its channel: gone for the server, it has to prove that it is there.
  return isThere ? next : moved(next, 'stalled', fx);
}

function onFrame(before: LinkState, event: LinkEvent & { type: 'frame' }, fx: LinkEffect[]): LinkState {
  const { header, body } = event.frame;
  const s = onSignOfLife(before, event, fx);
  const path: Path = event.via === 'rtc' ? s.rtc.tier : 'relay';
  if (header.t === 'bye') return { ...moved(s, 'failed', fx), peerClosed: true };
  if (header.t === 'ping') {
    if (header.reply) fx.push(ping(event.via, event.fromDevice, false));
    return s;
  }
  if (header.t === 'ack') return onAck(s, header, path as ArrivalPath, event.nowMs, fx);
  // Calls and streams are the driver's.
  if (header.t !== 'data') return s;
  const to = { via: event.via, toDevice: event.fromDevice };
  const next = { ...bound(s, event.fromDevice, fx), peerClosed: false };
  return onData(next, { header, body, path: path as ArrivalPath }, to, fx);
}

/** Where the network may have changed, a channel is asked, and a pause between attempts is over. */
function onHint(s: LinkState, nowMs: number, fx: LinkEffect[]): LinkState {
  if (s.rtc.phase === 'open') return probed(s, nowMs, fx);
  const mayStart = s.rtc.phase === 'waiting' && s.rtcWanted && !s.peerClosed && relayIsUp(s);
  if (mayStart) return moved({ ...s, rtc: { ...s.rtc, failures: 0 } }, 'start', fx);
  return restarted(s, true, nowMs, fx);
}

/** Where either side has another network than when the attempt began, its candidates are those of the old one: nothing comes of it. */
function restarted(s: LinkState, hasChanged: boolean, nowMs: number, fx: LinkEffect[]): LinkState {
  const isStale = s.rtc.phase === 'trying' && nowMs - s.rtc.begunMs > STALE_ATTEMPT_MS;
  const mayStart = hasChanged && isStale && s.initiator && s.rtcWanted && !s.peerClosed && relayIsUp(s);
  return mayStart ? moved(s, 'start', fx) : s;
}

/**
 * The channel is heard; or the other side, over the relay, and then it may be that the channel is dead. One in doubt has to answer:
 * that the other side reaches us does not show that we reach it.
 */
function onSignOfLife(s: LinkState, { via, frame, nowMs }: LinkEvent & { type: 'frame' }, fx: LinkEffect[]): LinkState {
  const { phase, life } = s.rtc;
  const isTalk = frame.header.t !== 'ping';
  if (via === 'relay') return phase === 'open' && isTalk && nowMs - life.heardMs > 100 ? probed(s, nowMs, fx) : s;
  const isAnswer = isAnswering(frame.header);
  const known = phase === 'doubted' && isAnswer ? forgiven(life, nowMs) : life;
  const next = { ...s, rtc: { ...s.rtc, life: heard(known, nowMs, { isTalk, isAnswer }) } };
  return isAnswer ? moved(next, 'heard', fx) : next;
}

/** Whether a frame is sent because one of ours arrived, on the path on which that came. */
const isAnswering = (header: FrameHeader): boolean =>
  header.t === 'ack' || header.t === 'call-ack' || (header.t === 'ping' && !header.reply);

/** Asks the channel for a sign of life, unless it owes one. */
function probed(s: LinkState, nowMs: number, fx: LinkEffect[]): LinkState {
  if (s.rtc.life.askedMs !== undefined || s.peerDevice === undefined) return s;
  fx.push(ping('rtc', s.peerDevice, true), { do: 'timer', name: 'probe', ms: timeoutMs(s, 'rtc', 1, nowMs) });
  return { ...s, rtc: { ...s.rtc, life: asked(s.rtc.life, nowMs, s.keepaliveMs) } };
}

/** A channel that is open and says nothing is asked; one that owes an answer is dead. */
function onProbeDue(s: LinkState, nowMs: number, fx: LinkEffect[]): LinkState {
  const { phase, life } = s.rtc;
  if (phase !== 'open') return s;
  const leftMs = silenceLeftMs(life, nowMs);
  if (life.askedMs === undefined && leftMs === 0) return probed(s, nowMs, fx);
  if (life.askedMs !== undefined && relayIsUp(s)) return moved(s, 'stalled', fx);
  fx.push({ do: 'timer', name: 'probe', ms: leftMs || life.pauseMs });
  const { askedMs: _, ...rest } = life;
  return { ...s, rtc: { ...s.rtc, life: rest } };
}

const timeoutMs = (s: LinkState, via: Via, tries: number, nowMs: number): number =>
  ackTimeoutMs(s.roundTrips[via], via, tries, patienceMs(s.rtc.life, nowMs));

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
      // The driver is answering already, beside the channel that there is to this device. Who offers has left that.
      const hasChannel = before.rtc.phase === 'open' || before.rtc.phase === 'doubted';
      const beside: Beside | undefined = hasChannel && before.peerDevice === event.fromDevice ? 'spare' : undefined;
      const s = { ...before, peerClosed: false, peerDevice: event.fromDevice, rtc: { ...before.rtc, beside } };
      // One that was heard just now is left when the other carries: credentials are renewed so.
      const isAlive = event.nowMs - s.rtc.life.heardMs < patienceMs(s.rtc.life, event.nowMs);
      if (beside && isAlive && s.rtc.phase === 'open') return probed(s, event.nowMs, fx);
      return moved(s, hasChannel && !beside ? 'lost' : 'offered', fx);
    }
    case 'opened':
      return onOpened(before, event.tier, event.nowMs, fx);
    case 'ready':
      return onReady(before, event.tier, event.nowMs, fx);
    case 'tier':
      return { ...before, rtc: { ...before.rtc, tier: event.tier } };
    case 'missed':
      return alone(before);
    case 'lost':
    case 'failed':
      return moved(alone(before), event.trigger, fx);
  }
}

/** Nothing is made beside the channel any more. */
const alone = (s: LinkState): LinkState => ({ ...s, rtc: { ...s.rtc, beside: undefined } });

function onOpened(before: LinkState, tier: RtcTier, nowMs: number, fx: LinkEffect[]): LinkState {
  const rtc = { ...before.rtc, tier, failures: 0, beside: undefined, life: reborn(before, nowMs) };
  // What was on its way in a channel that this one replaces is lost.
  const isReplaced = viaOf(pathOf(before)) === 'rtc';
  if (isReplaced) fx.push({ do: 'resend' });
  const outbox = isReplaced ? rewound(before.outbox) : before.outbox;
  return moved({ ...before, rtc, outbox }, 'opened', fx);
}

/**
 * A better tier is taken at once, and so is anything in place of a channel in doubt; a channel that has answered since keeps its place
 * against one of the same tier. The other side follows when it hears the new one.
 */
function onReady(before: LinkState, tier: RtcTier, nowMs: number, fx: LinkEffect[]): LinkState {
  const { phase, beside, tier: ours } = before.rtc;
  const isBetter = tier === 'direct' && ours === 'turn';
  if (phase === 'open' && beside !== 'renewal' && !isBetter) {
    fx.push({ do: 'drop-beside' });
    return alone(before);
  }
  fx.push({ do: 'drop-rtc' });
  return probed(onOpened(before, tier, nowMs, fx), nowMs, fx);
}

/** A new channel over the same line is given the time that the line needs. */
const reborn = ({ rtc: { life } }: LinkState, nowMs: number): Liveness => ({
  ...alive(nowMs),
  ...(life.patience && { patience: life.patience }),
});

function onRtcExpired(s: LinkState, fx: LinkEffect[]): LinkState {
  if (s.rtc.phase === 'doubted' && s.rtc.beside) {
    fx.push({ do: 'drop-rtc' });
    return moved(alone(s), 'lost', fx);
  }
  if (s.rtc.phase === 'open') {
    // Nobody answered what was offered beside the channel, or it leads nowhere.
    fx.push({ do: 'drop-beside' });
    return alone(s);
  }
  const isPointless = s.peerClosed || !relayIsUp(s);
  return moved(s, s.rtc.phase === 'waiting' && isPointless ? 'halt' : 'expired', fx);
}

/**
 * On the data channel silence is doubt; on the relay it is loss, and everything goes again: also what the mailbox has, in case
 * it was sealed for other devices than this one. At last the mailbox gets it, too.
 */
function onAckOverdue(s: LinkState, nowMs: number, fx: LinkEffect[]): LinkState {
  const oldest = oldestLive(s.outbox);
  const tries = oldest?.tries ?? 0;
  if (s.rtc.phase === 'open' && relayIsUp(s)) {
    // It went over the relay, before there was this channel: it goes again, and the channel is asked.
    if (oldest?.sent?.path === 'relay') return probed({ ...s, outbox: retried(s.outbox, oldest) }, nowMs, fx);
    if (oldest?.sent && isProven(s.rtc.life, nowMs) && nowMs - oldest.sent.ms < CHANNEL_MS) {
      // The line loses packets, and brings others: what is missing goes the other way as well.
      fx.push(...hedged(s, oldest), { do: 'timer', name: 'ack', ms: timeoutMs(s, 'rtc', 1, nowMs) });
      return s;
    }
    // A channel that is heard again each time, and does not bring it through, is not what is missing.
    return moved(tries > CHANNEL_TRIES ? { ...s, outbox: rewoundWhole(s.outbox) } : s, 'stalled', fx);
  }
  const next = { ...s, overdue: s.overdue + 1, outbox: rewoundWhole(s.outbox) };
  // Counted on the relay alone: the mailbox is dear, and a channel that died is no reason for it.
  return next.overdue >= RELAY_TRIES && canMail(s) ? forced(next, nowMs, fx) : next;
}

/** A message once more, over the relay, beside the channel that has it. */
function hedged(s: LinkState, entry: Outgoing): LinkEffect[] {
  if (s.peerDevice === undefined) return [];
  const header = dataHeader(s.outbox.epoch, ackedThrough(s.outbox), entry);
  return [{ do: 'transmit', via: 'relay', toDevice: s.peerDevice, header, body: entry.body }];
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
function upgrade(s: LinkState, relayCameUp: boolean, nowMs: number, fx: LinkEffect[]): LinkState {
  if (s.closed || s.peerClosed || !s.rtcWanted || !relayIsUp(s)) return s;
  const fresh = relayCameUp ? { ...s, rtc: { ...s.rtc, failures: 0 } } : s;
  if (s.rtc.phase === 'idle') return moved(fresh, s.initiator ? 'start' : 'yield', fx);
  if (s.rtc.phase === 'trying') return restarted(fresh, relayCameUp, nowMs, fx);
  return relayCameUp && s.initiator ? moved(fresh, 'start', fx) : s;
}

/** Moves the upgrade by its table, with the effects that belong to the change. */
function moved(s: LinkState, trigger: RtcTrigger, fx: LinkEffect[]): LinkState {
  const { phase } = s.rtc;
  const next = RTC_TABLE[phase][trigger];
  if (next === undefined) return s;
  const failures = phase === 'trying' && next === 'waiting' ? s.rtc.failures + 1 : s.rtc.failures;
  if ((next === 'idle' || next === 'waiting') && phase !== 'idle' && phase !== 'waiting') fx.push({ do: 'stop-rtc' });
  const goesOn = trigger === 'offered' || trigger === 'lost';
  if (next === 'trying' && !goesOn && s.peerDevice) fx.push({ do: 'start-rtc', toDevice: s.peerDevice });
  if (next === 'doubted' && s.peerDevice) fx.push(ping('rtc', s.peerDevice, true), { do: 'check' });
  const beside = next === 'doubted' ? besideDoubted(s, fx) : next === 'open' ? s.rtc.beside : undefined;
  if (next === 'open') fx.push({ do: 'timer', name: 'probe', ms: s.rtc.life.pauseMs });
  fx.push({ do: 'timer', name: 'rtc', ms: phaseLimitMs(next, failures, false) });
  return { ...s, rtc: { ...s.rtc, phase: next, failures, beside } };
}

/** TURN servers may refuse a user whose time is over: another connection is made while this one holds (SPEC S6.2). */
function onRenewed(s: LinkState, fx: LinkEffect[]): LinkState {
  const { phase, tier, beside } = s.rtc;
  if (phase !== 'open' || tier !== 'turn' || beside || !relayIsUp(s) || !s.peerDevice) return s;
  fx.push({ do: 'start-rtc', toDevice: s.peerDevice });
  return { ...s, rtc: { ...s.rtc, beside: 'renewal' } };
}

/** Make before break: another connection, by who opened the link. @returns what is being made */
function besideDoubted(s: LinkState, fx: LinkEffect[]): Beside | undefined {
  const mayStart = s.initiator && s.rtcWanted && !s.peerClosed && relayIsUp(s);
  if (s.rtc.beside || !mayStart || !s.peerDevice) return s.rtc.beside;
  fx.push({ do: 'start-rtc', toDevice: s.peerDevice });
  return 'spare';
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
function armAckTimer(before: LinkState, s: LinkState, nowMs: number, fx: LinkEffect[]): void {
  const oldest = oldestLive(s.outbox);
  const was = oldestLive(before.outbox);
  if (oldest?.sent === was?.sent && oldest?.seq === was?.seq) return;
  const via = viaOf(pathOf(s));
  fx.push({ do: 'timer', name: 'ack', ms: oldest && timeoutMs(s, via, s.overdue + 1, nowMs) });
}

/** An attempt beside an open channel has its time, as any other; in doubt, the doubt has. */
function armBesideTimer(before: LinkState, s: LinkState, fx: LinkEffect[]): void {
  const isBeside = (one: LinkState) => one.rtc.phase === 'open' && one.rtc.beside !== undefined;
  if (s.rtc.phase !== 'open' || isBeside(s) === isBeside(before)) return;
  fx.push({ do: 'timer', name: 'rtc', ms: phaseLimitMs('open', 0, isBeside(s)) });
}
