import type { CallEffect, CallEvent, CallPhase, CallState, EndReason } from './call-state.ts';

/** What may happen, by name: what is heard has the name of what is said. */
export type CallTrigger = Exclude<CallEvent['type'], 'heard'> | (CallEvent & { type: 'heard' })['say'];

/** Nobody has answered yet; whether the other side rings changes nothing else. */
const OUTGOING = {
  rings: 'alerting',
  accept: 'active',
  merged: 'active',
  decline: 'ended',
  busy: 'ended',
  hangup: 'ended',
  timeout: 'ended',
  failed: 'ended',
} as const satisfies Partial<Record<CallTrigger, CallPhase>>;

/** The next phase for each trigger; one that is not listed changes nothing. `accept` is the own one in `ringing`. */
export const CALL_TABLE: Readonly<Record<CallPhase, Readonly<Partial<Record<CallTrigger, CallPhase>>>>> = {
  calling: OUTGOING,
  alerting: OUTGOING,
  ringing: {
    accept: 'active',
    decline: 'ended',
    hangup: 'ended',
    taken: 'ended',
    gone: 'ended',
    timeout: 'ended',
    failed: 'ended',
  },
  active: { hangup: 'ended', taken: 'ended', gone: 'ended', failed: 'ended' },
  ended: {},
};

/**
 * What a call does next: the one place where it is decided.
 *
 * @param before the state so far
 * @param event what happened
 * @returns the new state, and what the driver is to do, in this order
 */
export function callStep(before: CallState, event: CallEvent): { state: CallState; effects: readonly CallEffect[] } {
  if (event.type === 'devices') return asked(before, event.devices);
  if (event.type === 'heard' && !isConcerned(before, event)) return late(before, event);
  const trigger = event.type === 'heard' ? event.say : event.type;
  const next = CALL_TABLE[before.phase][trigger];
  if (next === undefined) return { state: before, effects: [] };
  if (next === 'active') return activated(before, event);
  if (next === 'ended') return ended(before, event);
  return { state: { ...before, phase: next }, effects: [] };
}

/** Every device of the other side is to ring, also one that comes while the others ring; one that is told again was reloaded. */
function asked(s: CallState, devices: readonly string[]): { state: CallState; effects: readonly CallEffect[] } {
  if ((s.phase !== 'calling' && s.phase !== 'alerting') || devices.length === 0) return { state: s, effects: [] };
  const fresh = devices.filter((device) => !s.asked.includes(device));
  return { state: { ...s, asked: [...s.asked, ...fresh] }, effects: [{ do: 'say', to: devices, say: 'ring' }] };
}

/** Only a device that was asked has a say; in an active call, only the one that it is with. */
const isConcerned = (s: CallState, { device }: CallEvent & { type: 'heard' }): boolean =>
  s.phase === 'active' ? s.device === device : s.asked.includes(device);

/** Somebody who accepts a call that another device has. */
function late(
  s: CallState,
  event: CallEvent & { type: 'heard' },
): { state: CallState; effects: readonly CallEffect[] } {
  const isLate = s.phase === 'active' && event.say === 'accept';
  return { state: s, effects: isLate ? [{ do: 'say', to: [event.device], say: 'taken' }] : [] };
}

function activated(s: CallState, event: CallEvent): { state: CallState; effects: readonly CallEffect[] } {
  const device = event.type === 'heard' || event.type === 'merged' ? event.device : (s.asked[0] as string);
  const effects: CallEffect[] = [];
  const others = s.asked.filter((other) => other !== device);
  if (others.length > 0) effects.push({ do: 'say', to: others, say: 'taken' });
  if (event.type === 'merged') effects.push({ do: 'rename', id: event.into });
  if (event.type !== 'heard') effects.push({ do: 'say', to: [device], say: 'accept' });
  effects.push({ do: 'media', device, offers: event.type !== 'heard' });
  return { state: { ...s, phase: 'active', device }, effects };
}

function ended(before: CallState, event: CallEvent): { state: CallState; effects: readonly CallEffect[] } {
  const by = event.type === 'heard' ? event.device : undefined;
  const s = event.type === 'heard' && event.say === 'busy' && by ? { ...before, busy: [...before.busy, by] } : before;
  // In another call on one device, somebody may still take it on another one.
  if (s.busy.length > before.busy.length && s.asked.some((device) => !s.busy.includes(device)))
    return { state: s, effects: [] };
  const reason = reasonOf(s, event);
  const error = 'error' in event ? event.error : undefined;
  const state: CallState = { ...s, phase: 'ended', reason: error ? 'failed' : reason, error };
  const effects: CallEffect[] = [];
  const others = (s.phase === 'active' ? [s.device as string] : s.asked).filter((device) => device !== by);
  if (others.length > 0) effects.push(farewell(s, event, others));
  if (state.reason === 'cancelled' || state.reason === 'no-answer' || state.reason === 'busy')
    effects.push({ do: 'leave-missed' });
  effects.push({ do: 'ended', reason: state.reason as EndReason });
  return { state, effects };
}

/** What the other devices are told: that it is over, or, where one of them declined, that it was dealt with. */
function farewell(s: CallState, event: CallEvent, to: readonly string[]): CallEffect {
  if (event.type === 'heard' && event.say === 'decline') return { do: 'say', to, say: 'taken' };
  if (s.phase === 'ringing' && event.type === 'decline') return { do: 'say', to, say: 'decline' };
  return { do: 'say', to, say: 'hangup', ...(event.type === 'failed' && { error: event.error }) };
}

/** Why a call is over, by what happened, in each phase. */
const REASONS: Readonly<Record<'calling' | 'ringing' | 'active', Readonly<Partial<Record<CallTrigger, EndReason>>>>> = {
  calling: { decline: 'declined', busy: 'busy', timeout: 'no-answer', hangup: 'cancelled' },
  ringing: { decline: 'declined', taken: 'elsewhere', timeout: 'missed', hangup: 'missed', gone: 'missed' },
  active: { hangup: 'hangup', taken: 'elsewhere', gone: 'gone' },
};

function reasonOf({ phase }: CallState, event: CallEvent): EndReason {
  if (event.type === 'failed' || phase === 'ended') return 'failed';
  const trigger = event.type === 'heard' ? event.say : event.type;
  // Whoever hangs up while it rings here declines.
  if (phase === 'ringing' && event.type === 'hangup') return 'declined';
  return REASONS[phase === 'alerting' ? 'calling' : phase][trigger] ?? 'hangup';
}
