import { describe, expect, it } from 'vitest';
import { type CallEffect, type CallEvent, type CallState, calling, ringing } from './call-state.ts';
import { CALL_TABLE, callStep } from './call-step.ts';

const heard = (device: string, say: Exclude<(CallEvent & { type: 'heard' })['say'], 'hangup'>): CallEvent => ({
  type: 'heard',
  device,
  say,
});
const hungUp = (device: string): CallEvent => ({ type: 'heard', device, say: 'hangup' });
const devices = (...names: string[]): CallEvent => ({ type: 'devices', devices: names });

/** Effects in a line each, such as `taken to laptop, tablet`. */
const inWords = (effects: readonly CallEffect[]): string[] =>
  effects.map((effect) => {
    if (effect.do === 'say') return `${effect.say} to ${effect.to.join(', ')}`;
    if (effect.do === 'ended') return `ended: ${effect.reason}`;
    return effect.do === 'media' ? `media${effect.offers ? ' by our offer' : ''}` : effect.do;
  });

function run(start: CallState, ...events: CallEvent[]) {
  let state = start;
  const said: string[] = [];
  for (const event of events) {
    const next = callStep(state, event);
    state = next.state;
    said.push(...inWords(next.effects));
  }
  return { phase: state.phase, reason: state.reason, device: state.device, said };
}

const both = devices('phone', 'laptop');

describe('a call', () => {
  it.each<[string, CallState, CallEvent[], { phase: string; reason?: string; said: string[] }]>([
    [
      'rings on every device, and belongs to the one that accepts',
      calling,
      [both, heard('phone', 'rings'), heard('laptop', 'rings'), heard('laptop', 'accept')],
      { phase: 'active', said: ['ring to phone, laptop', 'taken to phone', 'media'] },
    ],
    [
      'is taken from who accepts too late',
      calling,
      [both, heard('laptop', 'accept'), heard('phone', 'accept')],
      { phase: 'active', said: ['ring to phone, laptop', 'taken to phone', 'media', 'taken to phone'] },
    ],
    [
      'rings on a device that comes later',
      calling,
      [devices(), devices('phone'), heard('phone', 'rings'), both],
      { phase: 'alerting', said: ['ring to phone', 'ring to phone, laptop'] },
    ],
    [
      'is declined for all devices by one',
      calling,
      [both, heard('phone', 'rings'), heard('phone', 'decline')],
      { phase: 'ended', reason: 'declined', said: ['ring to phone, laptop', 'taken to laptop', 'ended: declined'] },
    ],
    [
      'goes on ringing while one device is not busy',
      calling,
      [both, heard('phone', 'busy'), heard('laptop', 'rings')],
      { phase: 'alerting', said: ['ring to phone, laptop'] },
    ],
    [
      'leaves a message where every device is busy',
      calling,
      [devices('phone'), heard('phone', 'busy')],
      { phase: 'ended', reason: 'busy', said: ['ring to phone', 'leave-missed', 'ended: busy'] },
    ],
    [
      'leaves a message where nobody takes it',
      calling,
      [both, heard('phone', 'rings'), { type: 'timeout' }],
      {
        phase: 'ended',
        reason: 'no-answer',
        said: ['ring to phone, laptop', 'hangup to phone, laptop', 'leave-missed', 'ended: no-answer'],
      },
    ],
    [
      'leaves a message where the caller gives up, and nobody was there',
      calling,
      [devices(), { type: 'hangup' }],
      { phase: 'ended', reason: 'cancelled', said: ['leave-missed', 'ended: cancelled'] },
    ],
    [
      'is accepted',
      ringing('desk'),
      [{ type: 'accept' }],
      { phase: 'active', said: ['accept to desk', 'media by our offer'] },
    ],
    [
      'is declined',
      ringing('desk'),
      [{ type: 'decline' }],
      { phase: 'ended', reason: 'declined', said: ['decline to desk', 'ended: declined'] },
    ],
    ['is missed', ringing('desk'), [hungUp('desk')], { phase: 'ended', reason: 'missed', said: ['ended: missed'] }],
    [
      'stops ringing where another device has it',
      ringing('desk'),
      [heard('desk', 'taken')],
      { phase: 'ended', reason: 'elsewhere', said: ['ended: elsewhere'] },
    ],
    [
      'is lost to another device that was faster',
      ringing('desk'),
      [{ type: 'accept' }, heard('desk', 'taken')],
      { phase: 'ended', reason: 'elsewhere', said: ['accept to desk', 'media by our offer', 'ended: elsewhere'] },
    ],
    [
      'goes on with the call of the other side where both called at once',
      calling,
      [both, { type: 'merged', device: 'phone', into: '01A' }],
      {
        phase: 'active',
        said: ['ring to phone, laptop', 'taken to laptop', 'rename', 'accept to phone', 'media by our offer'],
      },
    ],
    [
      'ends with the page of the other side',
      ringing('desk'),
      [{ type: 'accept' }, heard('desk', 'gone')],
      { phase: 'ended', reason: 'gone', said: ['accept to desk', 'media by our offer', 'ended: gone'] },
    ],
    [
      'ends by an error, which the other side is told',
      ringing('desk'),
      [{ type: 'accept' }, { type: 'failed', error: 'fingerprint_mismatch' }],
      {
        phase: 'ended',
        reason: 'failed',
        said: ['accept to desk', 'media by our offer', 'hangup to desk', 'ended: failed'],
      },
    ],
    [
      'hears nobody but the device that it is with',
      ringing('desk'),
      [{ type: 'accept' }, hungUp('stranger'), heard('stranger', 'gone')],
      { phase: 'active', said: ['accept to desk', 'media by our offer'] },
    ],
  ])('%s', (_what, start, events, expected) => {
    expect(run(start, ...events)).toMatchObject(expected);
  });

  it('is over once, and nothing brings it back', () => {
    const over = callStep(ringing('desk'), { type: 'decline' }).state;
    const events: CallEvent[] = [both, { type: 'accept' }, { type: 'hangup' }, { type: 'timeout' }, hungUp('desk')];
    for (const event of events) expect(callStep(over, event)).toEqual({ state: over, effects: [] });
    expect(CALL_TABLE.ended).toEqual({});
  });
});
