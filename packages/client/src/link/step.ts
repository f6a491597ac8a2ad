import type { ArrivalPath } from './inbox.ts';
import { enqueued, rewound, rewoundWhole } from './outbox.ts';
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
  armAckTimer,
  canMail,
  flush,
  forced,
  onAck,
  onClock,
  onData,
  onKept,
  onRefused,
  ping,
  post,
} from './step-messages.ts';

/** The steps of the data channel. They come with the code of WebRTC. */
export type ChannelSteps = typeof import('./step-channel.ts');

/** How often a message is tried on the relay before it goes to the mailbox all the same (SPEC S5.1). */
const RELAY_TRIES = 2;

/**
 * What a link does next: the one place where it is decided.
 *
 * @param before the state so far
 * @param event what happened
 * @param channel the steps of the data channel, once they are there: none is tried before
 * @returns the new state, and what the driver is to do, in this order
 */
export function step(
  before: LinkState,
  event: LinkEvent,
  channel: ChannelSteps | undefined,
): { state: LinkState; effects: readonly LinkEffect[] } {
  if (before.closed) return { state: before, effects: [] };
  const fx: LinkEffect[] = [];
  let s = react(before, event, fx, channel);
  const relayCameUp = relayIsUp(s) && !relayIsUp(before);
  if (channel) s = channel.begun(channel.upgrade(s, relayCameUp, event.nowMs, fx), event, relayCameUp, fx);
  if (pathOf(s) !== pathOf(before)) {
    // A better path takes over while the relay still carries what it has.
    if (s.rtc.phase !== 'open') fx.push({ do: 'resend' });
    fx.push({ do: 'path', path: pathOf(s) });
    if (isFallback(pathOf(before), pathOf(s))) s = { ...s, outbox: rewound(s.outbox) };
    s = { ...s, overdue: 0 };
  }
  s = post(flush(s, event.nowMs, fx), event.nowMs, fx);
  armAckTimer(before, s, event.nowMs, fx);
  channel?.armBesideTimer(before, s, fx);
  return { state: s, effects: fx };
}

/** What was on its way on a path that is gone goes out again on the next; an upgrade leaves the relay's own alone. */
const isFallback = (from: Path, to: Path): boolean =>
  to === 'relay' || to === 'mailbox' || from === 'none' || to === 'none';

function react(s: LinkState, event: LinkEvent, fx: LinkEffect[], channel: ChannelSteps | undefined): LinkState {
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
      return onPresence(s, event.devices, event.nowMs, fx, channel);
    case 'unreachable': {
      const devices = s.peerDevices.filter((device) => device !== event.device);
      return onPresence(s, devices, event.nowMs, fx, channel);
    }
    case 'send':
      return { ...s, peerClosed: false, outbox: enqueued(s.outbox, event.messages, event.nowMs) };
    case 'frame':
      return onFrame(s, event, fx, channel);
    case 'mail':
      return onMail(s, event, fx);
    case 'kept':
      return onKept(s, event, fx);
    case 'refused':
      return onRefused(s, event, fx);
    case 'clock':
      return onClock(s, event.serverMs, fx);
    case 'rtc':
    case 'hint':
    case 'doubt':
    case 'renewed':
      return channel ? channel.onChannelEvent(s, event, fx) : s;
    case 'timer':
      return onTimer(s, event.name, event.nowMs, fx, channel);
    case 'equipped':
      return s;
    case 'network':
      return { ...s, keepaliveMs: event.keepaliveMs };
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

function onTimer(
  s: LinkState,
  name: TimerName,
  nowMs: number,
  fx: LinkEffect[],
  channel: ChannelSteps | undefined,
): LinkState {
  if (name === 'mail') return { ...s, mail: { ...s.mail, held: false } };
  if (name === 'ack') return onAckOverdue(s, nowMs, fx, channel);
  if (!channel) return s;
  return name === 'probe' ? channel.onProbeDue(s, nowMs, fx) : channel.onRtcExpired(s, fx);
}

function onPresence(
  s: LinkState,
  devices: readonly string[],
  nowMs: number,
  fx: LinkEffect[],
  channel: ChannelSteps | undefined,
): LinkState {
  const isThere = s.peerDevice !== undefined && devices.includes(s.peerDevice);
  const stays = isThere || s.rtc.phase === 'open';
  const next = { ...s, peerDevices: devices, peerDevice: stays ? s.peerDevice : (devices.at(-1) ?? s.peerDevice) };
  // Told again about a device that is there: it has a new connection, and what went to the old one may be gone. What the mailbox got
  // meanwhile, in the midst of what is live, comes out of it page by page and holds up all behind it: it goes live as well.
  if (s.rtc.phase !== 'open') {
    const isToldAgain = isThere && devices.join(' ') === s.peerDevices.join(' ');
    const outbox = isToldAgain ? rewoundWhole(next.outbox) : rewound(next.outbox);
    const again = { ...next, overdue: 0, outbox };
    return channel && isToldAgain ? channel.peerReturned(again, nowMs, fx) : again;
  }
  // A page that closed does not close its channel: gone for the server, it has to prove that it is there.
  return isThere || !channel ? next : channel.moved(next, 'stalled', fx);
}

function onFrame(
  before: LinkState,
  event: LinkEvent & { type: 'frame' },
  fx: LinkEffect[],
  channel: ChannelSteps | undefined,
): LinkState {
  const { header, body } = event.frame;
  const s = channel ? channel.onSignOfLife(before, event, fx) : before;
  const path: Path = event.via === 'rtc' ? s.rtc.tier : 'relay';
  if (header.t === 'bye') return { ...(channel ? channel.moved(s, 'failed', fx) : s), peerClosed: true };
  if (header.t === 'ping') {
    if (header.reply) fx.push(ping(event.via, event.fromDevice, false));
    return s;
  }
  if (header.t === 'ack') return onAck(s, header, path as ArrivalPath, event.nowMs, fx);
  // Calls and streams are the driver's.
  if (header.t !== 'data') return s;
  const to = { via: event.via, toDevice: event.fromDevice };
  const next = { ...bound(s, event.fromDevice, fx, channel), peerClosed: false };
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

/** The link follows the device that it hears from; a connection to another device is over. */
function bound(s: LinkState, device: string, fx: LinkEffect[], channel: ChannelSteps | undefined): LinkState {
  if (s.peerDevice === device) return s;
  const peerDevices = s.peerDevices.includes(device) ? s.peerDevices : [...s.peerDevices, device];
  const next = { ...s, peerDevice: device, peerDevices, outbox: rewound(s.outbox) };
  return s.peerDevice === undefined || !channel ? next : channel.moved(next, 'failed', fx);
}

/**
 * On the data channel silence is doubt; on the relay it is loss, and everything goes again: also what the mailbox has, in case
 * it was sealed for other devices than this one. At last the mailbox gets it, too.
 */
function onAckOverdue(s: LinkState, nowMs: number, fx: LinkEffect[], channel: ChannelSteps | undefined): LinkState {
  if (channel && s.rtc.phase === 'open' && relayIsUp(s)) return channel.onOverdue(s, nowMs, fx);
  const next = { ...s, overdue: s.overdue + 1, outbox: rewoundWhole(s.outbox) };
  // Counted on the relay alone: the mailbox is dear, and a channel that died is no reason for it.
  return next.overdue >= RELAY_TRIES && canMail(s) ? forced(next, nowMs, fx) : next;
}
