import type { DataHeader, FrameHeader } from '@anypath/protocol';
import { type Incoming, received } from './inbox.ts';
import { ackedThrough, acknowledged, enqueued, inFlight, type Outgoing, rewound, transmitted } from './outbox.ts';
import type { Path, Via } from './path.ts';
import { ackTimeoutMs, measured } from './round-trip.ts';
import { phaseLimitMs, RTC_TABLE, type RtcTrigger } from './rtc-phase.ts';
import { type LinkEffect, type LinkEvent, type LinkState, pathOf, relayIsUp } from './state.ts';

const viaOf = (path: Path): Via => (path === 'relay' ? 'relay' : 'rtc');

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
  s = flush(s, event.nowMs, fx);
  armAckTimer(before, s, fx);
  return { state: s, effects: fx };
}

/** What was on its way on a path that is gone goes out again on the next; an upgrade leaves the relay's own alone. */
const isFallback = (from: Path, to: Path): boolean => to === 'relay' || from === 'none' || to === 'none';

function react(s: LinkState, event: LinkEvent, fx: LinkEffect[]): LinkState {
  switch (event.type) {
    case 'socket':
      return { ...s, socketUp: event.up, peerDevices: event.up ? s.peerDevices : [] };
    case 'presence':
      return onPresence(s, event.devices, fx);
    case 'unreachable':
      return onPresence(
        s,
        s.peerDevices.filter((device) => device !== event.device),
        fx,
      );
    case 'send':
      return { ...s, peerClosed: false, outbox: enqueued(s.outbox, { ...event, queuedMs: event.nowMs }) };
    case 'frame':
      return onFrame(s, event, fx);
    case 'rtc':
      return onRtc(s, event, fx);
    case 'timer':
      return event.name === 'ack' ? onAckOverdue(s, fx) : onRtcExpired(s, fx);
    case 'close':
      fx.push({ do: 'goodbye', toDevice: relayIsUp(s) ? s.peerDevice : undefined });
      return { ...s, closed: true };
  }
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
  if (header.t === 'ack') return onAck(heard, header, path, event.nowMs, fx);
  return onData(bound(heard, event.fromDevice, fx), { header, body, path }, event, fx);
}

function onData(s: LinkState, message: Incoming, event: { via: Via; fromDevice: string }, fx: LinkEffect[]): LinkState {
  const { fromDevice } = event;
  const { inbox, ready, answer } = received(s.inboxes[fromDevice], message);
  for (const next of ready) fx.push({ do: 'deliver', message: next, fromDevice });
  if (ready.length > 0) {
    fx.push({ do: 'remember', device: fromDevice, cursor: { epoch: inbox.epoch, through: inbox.through } });
  }
  if (answer) {
    const header: FrameHeader = { t: 'ack', epoch: inbox.epoch, through: inbox.through, seq: message.header.seq };
    fx.push({ do: 'transmit', via: event.via, toDevice: fromDevice, header, body: new Uint8Array(0) });
  }
  return { ...s, peerClosed: false, inboxes: { ...s.inboxes, [fromDevice]: inbox } };
}

function onAck(s: LinkState, ack: FrameHeader & { t: 'ack' }, path: Path, nowMs: number, fx: LinkEffect[]): LinkState {
  if (ack.epoch !== s.outbox.epoch) return s;
  const { outbox, settled } = acknowledged(s.outbox, ack.through);
  let roundTrips = s.roundTrips;
  for (const entry of settled) {
    // An acknowledgement speaks for the path of the message that caused it; the others went as they were sent.
    const by = entry.seq === ack.seq ? path : (entry.sent?.path ?? path);
    fx.push({ do: 'delivered', id: entry.id, path: by, ms: nowMs - entry.queuedMs });
    // Only a message that was sent once tells a round trip (Karn's rule, RFC 6298, section 3).
    if (entry.seq === ack.seq && entry.tries === 1 && entry.sent?.path === path) {
      const via = viaOf(path);
      roundTrips = { ...roundTrips, [via]: measured(roundTrips[via], nowMs - entry.sent.ms) };
    }
  }
  return { ...s, outbox, roundTrips };
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

/** On the data channel silence is doubt; on the relay it is loss, and everything goes again. */
function onAckOverdue(s: LinkState, fx: LinkEffect[]): LinkState {
  if (s.rtc.phase === 'open' && relayIsUp(s)) return moved(s, 'stalled', fx);
  return { ...s, outbox: rewound(s.outbox) };
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
  if (path === 'none' || s.peerDevice === undefined) return s;
  const acked = ackedThrough(s.outbox);
  const { outbox, batch } = transmitted(s.outbox, path, nowMs);
  for (const entry of batch) {
    const header = dataHeader(s.outbox.epoch, acked, entry);
    fx.push({ do: 'transmit', via: viaOf(path), toDevice: s.peerDevice, header, body: entry.body });
  }
  return batch.length === 0 ? s : { ...s, outbox };
}

const dataHeader = (epoch: string, acked: number, { id, seq, at, text }: Outgoing): DataHeader => ({
  t: 'data',
  id,
  epoch,
  seq,
  acked,
  at,
  text,
});

/** The timer runs while something is on its way, and starts anew when the oldest message or its path changes. */
function armAckTimer(before: LinkState, s: LinkState, fx: LinkEffect[]): void {
  const oldest = s.outbox.waiting[0];
  const was = before.outbox.waiting[0];
  if (oldest?.sent === was?.sent && oldest?.seq === was?.seq) return;
  const via = viaOf(pathOf(s));
  const ms = inFlight(s.outbox) && oldest ? ackTimeoutMs(s.roundTrips[via], via, oldest.tries) : undefined;
  fx.push({ do: 'timer', name: 'ack', ms });
}
