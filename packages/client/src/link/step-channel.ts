import type { FrameHeader } from '@anypath/protocol';
import { alive, asked, forgiven, heard, isProven, type Liveness, patienceMs, silenceLeftMs } from './liveness.ts';
import { oldestLive, retried, rewound, rewoundWhole } from './outbox.ts';
import type { RtcTier } from './path.ts';
import { type Beside, phaseLimitMs, RTC_TABLE, type RtcTrigger } from './rtc-phase.ts';
import { type LinkEffect, type LinkEvent, type LinkState, pathOf, relayIsUp } from './state.ts';
import { hedged, ping, timeoutMs, viaOf } from './step-messages.ts';

/** An attempt that is younger has seen the change of a network that is told now, milliseconds. */
const STALE_ATTEMPT_MS = 1_000;

/** How often a message is tried while its channel comes and goes before what the mailbox has goes live as well. */
const CHANNEL_TRIES = 2;

/** A message that a channel does not bring through in this time goes another way, however lively the channel is, milliseconds. */
const CHANNEL_MS = 2_000;

/** What happens to the channel alone. */
export function onChannelEvent(
  s: LinkState,
  event: LinkEvent & { type: 'rtc' | 'hint' | 'doubt' | 'renewed' },
  fx: LinkEffect[],
): LinkState {
  switch (event.type) {
    case 'rtc':
      return onRtc(s, event, fx);
    case 'hint':
      return onHint(s, event.nowMs, fx);
    case 'doubt':
      return s.rtc.phase === 'open' ? probed(s, event.nowMs, fx) : s;
    case 'renewed':
      return onRenewed(s, fx);
  }
}

/** Where the network may have changed, a channel is asked, and a pause between attempts is over. */
function onHint(s: LinkState, nowMs: number, fx: LinkEffect[]): LinkState {
  if (s.rtc.phase === 'open') return probed(s, nowMs, fx);
  const mayStart = s.rtc.phase === 'waiting' && s.rtcWanted && !s.peerClosed && relayIsUp(s);
  if (mayStart) return moved({ ...s, rtc: { ...s.rtc, failures: 0 } }, 'start', fx);
  return restarted(s, nowMs, fx);
}

/** Where either side has another network than when the attempt began, its candidates are those of the old one: nothing comes of it. */
function restarted(s: LinkState, nowMs: number, fx: LinkEffect[]): LinkState {
  const mayStart = isStale(s, nowMs) && s.initiator && s.rtcWanted && !s.peerClosed && relayIsUp(s);
  return mayStart ? moved(s, 'start', fx) : s;
}

/**
 * One of the two has a new connection to the server. Who opened the link makes another attempt; the other one gives up its own, the signals of
 * which went to the old connection: it would stand in the way.
 */
export function peerReturned(s: LinkState, nowMs: number, fx: LinkEffect[]): LinkState {
  return s.initiator || !isStale(s, nowMs) ? restarted(s, nowMs, fx) : moved(s, 'failed', fx);
}

const isStale = ({ rtc: { phase, begunMs } }: LinkState, nowMs: number): boolean =>
  phase === 'trying' && nowMs - begunMs > STALE_ATTEMPT_MS;

/** Asks the channel for a sign of life, unless it owes one. */
function probed(s: LinkState, nowMs: number, fx: LinkEffect[]): LinkState {
  if (s.rtc.life.askedMs !== undefined || s.peerDevice === undefined) return s;
  fx.push(ping('rtc', s.peerDevice, true), { do: 'timer', name: 'probe', ms: timeoutMs(s, 'rtc', 1, nowMs) });
  return { ...s, rtc: { ...s.rtc, life: asked(s.rtc.life, nowMs, s.keepaliveMs) } };
}

/** A channel that is open and says nothing is asked; one that owes an answer is dead. */
export function onProbeDue(s: LinkState, nowMs: number, fx: LinkEffect[]): LinkState {
  const { phase, life } = s.rtc;
  if (phase !== 'open') return s;
  const leftMs = silenceLeftMs(life, nowMs);
  if (life.askedMs === undefined && leftMs === 0) return probed(s, nowMs, fx);
  if (life.askedMs !== undefined && relayIsUp(s)) return moved(s, 'stalled', fx);
  fx.push({ do: 'timer', name: 'probe', ms: leftMs || life.pauseMs });
  const { askedMs: _, ...rest } = life;
  return { ...s, rtc: { ...s.rtc, life: rest } };
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
    case 'repeated':
      // As new, whenever it was made: see `begun`.
      return before;
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

export function onRtcExpired(s: LinkState, fx: LinkEffect[]): LinkState {
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

/** Starts an attempt where one is wanted: at once for who opened the link, after a pause for the other side. */
export function upgrade(s: LinkState, relayCameUp: boolean, nowMs: number, fx: LinkEffect[]): LinkState {
  if (s.closed || s.peerClosed || !s.rtcWanted || !relayIsUp(s)) return s;
  const fresh = relayCameUp ? { ...s, rtc: { ...s.rtc, failures: 0 } } : s;
  if (s.rtc.phase === 'idle') return moved(fresh, s.initiator ? 'start' : 'yield', fx);
  if (s.rtc.phase === 'trying') return relayCameUp ? peerReturned(fresh, nowMs, fx) : s;
  return relayCameUp && s.initiator ? moved(fresh, 'start', fx) : s;
}

/** Moves the upgrade by its table, with the effects that belong to the change. */
export function moved(s: LinkState, trigger: RtcTrigger, fx: LinkEffect[]): LinkState {
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

/**
 * The channel is heard; or the other side, over the relay, and then it may be that the channel is dead. One in doubt has to answer:
 * that the other side reaches us does not show that we reach it.
 */
export function onSignOfLife(
  s: LinkState,
  { via, frame, nowMs }: LinkEvent & { type: 'frame' },
  fx: LinkEffect[],
): LinkState {
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

/** An acknowledgement on an open channel is overdue, while the relay is up. */
export function onOverdue(s: LinkState, nowMs: number, fx: LinkEffect[]): LinkState {
  const oldest = oldestLive(s.outbox);
  const tries = oldest?.tries ?? 0;
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

/** When an attempt began, or the one of the other side is due: its signals are on their way from then on. @param relayCameUp in this step */
export function begun(s: LinkState, event: LinkEvent, relayCameUp: boolean, fx: LinkEffect[]): LinkState {
  const isBegun =
    fx.some((effect) => effect.do === 'start-rtc') ||
    (event.type === 'rtc' && (event.trigger === 'offered' || event.trigger === 'repeated'));
  const isDue = s.rtc.phase === 'waiting' && !s.initiator && (relayCameUp || event.type === 'presence');
  return isBegun || isDue ? { ...s, rtc: { ...s.rtc, begunMs: event.nowMs } } : s;
}

/** After each step: an attempt beside an open channel has its time, as any other; in doubt, the doubt has. */
export function armBesideTimer(before: LinkState, s: LinkState, fx: LinkEffect[]): void {
  const isBeside = (one: LinkState) => one.rtc.phase === 'open' && one.rtc.beside !== undefined;
  if (s.rtc.phase !== 'open' || isBeside(s) === isBeside(before)) return;
  fx.push({ do: 'timer', name: 'rtc', ms: phaseLimitMs('open', 0, isBeside(s)) });
}
