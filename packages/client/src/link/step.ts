import type { FrameHeader } from '@anypath/protocol';
import type { ArrivalPath } from './inbox.ts';
import { forgiven, heard, isProven } from './liveness.ts';
import { enqueued, oldestLive, retried, rewound, rewoundWhole } from './outbox.ts';
import type { Path } from './path.ts';
import {
  type LinkEffect,
  type LinkEvent,
  type LinkState,
  pathOf,
  relayIsUp,
  resumedFrom,
  type TimerName,
} from './state.ts';
import {
  armBesideTimer,
  moved,
  onHint,
  onProbeDue,
  onRenewed,
  onRtc,
  onRtcExpired,
  ping,
  probed,
  restarted,
  upgrade,
} from './step-channel.ts';
import {
  armAckTimer,
  canMail,
  flush,
  forced,
  hedged,
  onAck,
  onClock,
  onData,
  onKept,
  onRefused,
  post,
  timeoutMs,
} from './step-messages.ts';

/** How often a message is tried on the relay before it goes to the mailbox all the same (SPEC S5.1). */
const RELAY_TRIES = 2;

/** How often a message is tried while its channel comes and goes before what the mailbox has goes live as well. */
const CHANNEL_TRIES = 2;

/** A message that a channel does not bring through in this time goes another way, however lively the channel is, milliseconds. */
const CHANNEL_MS = 2_000;

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
  // Told again about a device that is there: it has a new connection, and what went to the old one may be gone. What the mailbox got
  // meanwhile, in the midst of what is live, comes out of it page by page and holds up all behind it: it goes live as well.
  if (s.rtc.phase !== 'open') {
    const isToldAgain = isThere && devices.join(' ') === s.peerDevices.join(' ');
    const outbox = isToldAgain ? rewoundWhole(next.outbox) : rewound(next.outbox);
    return restarted({ ...next, overdue: 0, outbox }, isToldAgain, nowMs, fx);
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

/** The link follows the device that it hears from; a connection to another device is over. */
function bound(s: LinkState, device: string, fx: LinkEffect[]): LinkState {
  if (s.peerDevice === device) return s;
  const peerDevices = s.peerDevices.includes(device) ? s.peerDevices : [...s.peerDevices, device];
  const next = { ...s, peerDevice: device, peerDevices, outbox: rewound(s.outbox) };
  return s.peerDevice === undefined ? next : moved(next, 'failed', fx);
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
