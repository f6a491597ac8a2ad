import type { AckHeader, Frame } from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import { RTC_TABLE, type RtcPhase } from './rtc-phase.ts';
import { type LinkEffect, type LinkEvent, type LinkState, opened, pathOf } from './state.ts';
import { step as stepWith } from './step.ts';
import * as channel from './step-channel.ts';

const step = (state: LinkState, event: LinkEvent) => stepWith(state, event, channel);

type Untimed<T> = T extends unknown ? Omit<T, 'nowMs'> : never;

/** Plays events one after the other, a millisecond apart; what is overdue is so after a second. */
function play(events: readonly Untimed<LinkEvent>[], options: Partial<Parameters<typeof opened>[0]> = {}) {
  let state = opened({ epoch: 'E1', initiator: true, rtcWanted: true, ...options });
  let effects: readonly LinkEffect[] = [];
  const all: LinkEffect[] = [];
  let nowMs = -1;
  for (const event of events) {
    nowMs += event.type === 'timer' && event.name === 'ack' ? 1_000 : 1;
    ({ state, effects } = step(state, { ...event, nowMs }));
    all.push(...effects);
  }
  return { state, effects, all };
}

const socketUp = { type: 'socket', up: true } as const;
const bobHere = { type: 'presence', devices: ['b1'] } as const;
const say = (id: string) =>
  ({ type: 'send', messages: [{ id, body: new Uint8Array([1]), text: true, at: 0 }] }) as const;
const rtcOpen = { type: 'rtc', trigger: 'opened', tier: 'direct' } as const;
const rtcFailed = { type: 'rtc', trigger: 'failed' } as const;
const ackOf = (seq: number, via: 'rtc' | 'relay') => {
  const frame: Frame = { header: { t: 'ack', epoch: 'E1', through: seq, seq }, body: new Uint8Array() };
  return { type: 'frame', via, fromDevice: 'b1', frame } as const;
};
const pingOf = (reply: boolean) => ({ t: 'ping', reply }) as const;
const overdue = { type: 'timer', name: 'ack' } as const;
const expired = { type: 'timer', name: 'rtc' } as const;

const sentOver = (effects: readonly LinkEffect[]) =>
  effects.flatMap((effect) =>
    effect.do === 'transmit' && effect.header.t === 'data' ? [`${effect.header.id} ${effect.via}`] : [],
  );
const named = (effects: readonly LinkEffect[]) => effects.map((effect) => effect.do);

it('a link sends over the relay before the steps of the channel are there, and begins with the channel when they are', () => {
  let state = opened({ epoch: 'E1', initiator: true, rtcWanted: true });
  const done: string[] = [];
  const play = (event: Untimed<LinkEvent>, steps?: typeof channel) => {
    const taken = stepWith(state, { ...event, nowMs: 0 }, steps);
    state = taken.state;
    done.push(...taken.effects.map((effect) => effect.do));
  };
  play({ type: 'socket', up: true });
  play({ type: 'presence', devices: ['b1'] });
  play({ type: 'send', messages: [{ id: 'm', body: new Uint8Array(1), text: true, at: 0 }] });
  play({ type: 'hint' });
  expect(done).toContain('transmit');
  expect(done).not.toContain('start-rtc');
  play({ type: 'equipped' }, channel);
  expect(done).toContain('start-rtc');
  expect(state.rtc.phase).toBe('trying');
});

describe('a link', () => {
  it('keeps a message until the other side can be reached, then sends it over the relay at once', () => {
    expect(sentOver(play([say('m1')]).all)).toEqual([]);
    expect(sentOver(play([say('m1'), socketUp]).all)).toEqual([]);
    expect(sentOver(play([say('m1'), socketUp, bobHere]).effects)).toEqual(['m1 relay']);
  });

  it('tries WebRTC beside the relay, not before it', () => {
    const { state, effects } = play([say('m1'), socketUp, bobHere]);
    expect(named(effects)).toEqual(['start-rtc', 'timer', 'resend', 'path', 'transmit', 'timer']);
    expect(pathOf(state)).toBe('relay');
  });

  it('moves new messages to the data channel when it opens, and leaves those on the relay alone', () => {
    const { state, all } = play([socketUp, bobHere, say('m1'), rtcOpen, say('m2')]);
    expect(sentOver(all)).toEqual(['m1 relay', 'm2 rtc']);
    expect(pathOf(state)).toBe('direct');
  });

  it('tells how a message travelled by its acknowledgement', () => {
    const { all } = play([socketUp, bobHere, say('m1'), ackOf(1, 'relay'), rtcOpen, say('m2'), ackOf(2, 'rtc')]);
    expect(all.filter((effect) => effect.do === 'delivered')).toMatchObject([
      { entry: { id: 'm1' }, path: 'relay', ms: 1 },
      { entry: { id: 'm2' }, path: 'direct', ms: 1 },
    ]);
  });

  it('moves to the relay and sends again when acknowledgements stop', () => {
    const { state, effects } = play([socketUp, bobHere, rtcOpen, say('m1'), overdue]);
    expect(state.rtc.phase).toBe('doubted');
    expect(pathOf(state)).toBe('relay');
    expect(sentOver(effects)).toEqual(['m1 relay']);
  });

  it('does not blame a channel for what went over the relay before it was there', () => {
    const before = [socketUp, bobHere, say('m1'), rtcOpen] as const;
    const { state, effects } = play([...before, overdue]);
    expect(state.rtc.phase).toBe('open');
    expect(sentOver(effects)).toEqual(['m1 rtc']);
    expect(effects).toContainEqual(expect.objectContaining({ do: 'transmit', via: 'rtc', header: pingOf(true) }));
    expect(play([...before, overdue, overdue]).state.rtc.phase).toBe('doubted');
  });

  it('goes back to a channel that was only slow', () => {
    const { state, all } = play([socketUp, bobHere, rtcOpen, say('m1'), overdue, ackOf(1, 'rtc')]);
    expect(state.rtc.phase).toBe('open');
    expect(pathOf(state)).toBe('direct');
    expect(named(all)).not.toContain('stop-rtc');
  });

  it('begins anew where a network has changed since an attempt began, unless that is young or the other side has the first move', () => {
    const offered = { type: 'rtc', trigger: 'offered', fromDevice: 'b1' } as const;
    const wait = Array.from({ length: 1_100 }, () => ({ type: 'settled' }) as const);
    const changes = [[{ type: 'hint' }], [bobHere], [{ type: 'presence', devices: [] }, bobHere]] as const;
    for (const change of changes) {
      const after = (events: Parameters<typeof play>[0], initiator = true) =>
        named(play([...events, ...change], { initiator }).effects).filter((effect) => effect === 'start-rtc');
      expect(after([socketUp, bobHere, ...wait])).toHaveLength(1);
      expect(after([socketUp, bobHere])).toEqual([]);
      expect(after([socketUp, bobHere, ...wait, offered])).toEqual([]);
      expect(after([socketUp, bobHere, offered, ...wait], false)).toEqual([]);
    }
    const another = { type: 'presence', devices: ['b1', 'b2'] } as const;
    expect(named(play([socketUp, bobHere, ...wait, another]).effects)).not.toContain('start-rtc');
  });

  it('gives up its own attempt where a connection to the server is new and the other side has the first move', () => {
    const offered = { type: 'rtc', trigger: 'offered', fromDevice: 'b1' } as const;
    const wait = Array.from({ length: 1_100 }, () => ({ type: 'settled' }) as const);
    const after = (...events: Parameters<typeof play>[0]) => play(events, { initiator: false });
    const trying = [socketUp, bobHere, expired, ...wait] as const;
    expect(after(...trying).state.rtc.phase).toBe('trying');
    for (const change of [[bobHere], [{ type: 'presence', devices: [] }, bobHere]] as const) {
      expect(named(after(...trying, ...change).all)).toContain('stop-rtc');
      expect(after(...trying, ...change).state.rtc.phase).toBe('waiting');
      expect(after(...trying, ...change, offered).state.rtc.phase).toBe('trying');
    }
    expect(after(...trying, { type: 'hint' }).state.rtc.phase).toBe('trying');
    expect(after(socketUp, bobHere, expired, bobHere).state.rtc.phase).toBe('trying');
    // The other side offered first, gave way, and is answering.
    const repeated = { type: 'rtc', trigger: 'repeated' } as const;
    expect(after(...trying, repeated, bobHere).state.rtc.phase).toBe('trying');
  });

  it('makes another channel beside one in doubt, and gives that up when it stays silent', () => {
    const doubted = play([socketUp, bobHere, rtcOpen, say('m1'), overdue]);
    expect(named(doubted.effects)).toEqual(expect.arrayContaining(['check', 'start-rtc']));
    expect(named(doubted.effects)).not.toContain('stop-rtc');
    const { state, effects } = play([socketUp, bobHere, rtcOpen, say('m1'), overdue, expired]);
    expect(named(effects)).toEqual(['drop-rtc', 'timer']);
    expect(state.rtc.phase).toBe('trying');
  });

  it('moves to the channel that was made beside, and sends again what was on its way in the other', () => {
    const opened = play([socketUp, bobHere, rtcOpen, say('m1'), overdue, rtcOpen, say('m2')]);
    expect(pathOf(opened.state)).toBe('direct');
    expect(sentOver(opened.all)).toEqual(['m1 rtc', 'm1 relay', 'm2 rtc']);
    expect(sentOver(play([socketUp, bobHere, rtcOpen, say('m1'), rtcOpen]).all)).toEqual(['m1 rtc', 'm1 rtc']);
  });

  it('goes to the relay when the other side offers beside a channel, and back where that is heard', () => {
    const offered = { type: 'rtc', trigger: 'offered', fromDevice: 'b1' } as const;
    const silent = Array.from({ length: 300 }, () => ({ type: 'settled' }) as const);
    expect(pathOf(play([socketUp, bobHere, rtcOpen, offered]).state)).toBe('direct');
    const { state, effects } = play([socketUp, bobHere, rtcOpen, ...silent, offered]);
    expect(pathOf(state)).toBe('relay');
    expect(named(effects)).not.toContain('start-rtc');
    const frame: Frame = { header: { t: 'ping', reply: false }, body: new Uint8Array() };
    const heard = { type: 'frame', via: 'rtc', fromDevice: 'b1', frame } as const;
    expect(pathOf(play([socketUp, bobHere, rtcOpen, ...silent, offered, heard]).state)).toBe('direct');
    const lost = { type: 'rtc', trigger: 'lost' } as const;
    expect(play([socketUp, bobHere, rtcOpen, offered, lost]).state.rtc.phase).toBe('trying');
    const missed = { type: 'rtc', trigger: 'missed' } as const;
    expect(named(play([socketUp, bobHere, rtcOpen, ...silent, offered, missed, expired]).effects)).toContain(
      'stop-rtc',
    );
  });

  describe('with a connection beside its channel', () => {
    const turnOpen = { ...rtcOpen, tier: 'turn' } as const;
    const ready = (tier: 'direct' | 'turn') => ({ type: 'rtc', trigger: 'ready', tier }) as const;
    const doubted = [socketUp, bobHere, turnOpen, say('m1'), overdue];
    const recovered = [...doubted, ackOf(1, 'rtc')];

    it('takes a better tier at once, also where the channel has answered since', () => {
      const { state, effects } = play([...recovered, ready('direct')]);
      expect(pathOf(state)).toBe('direct');
      expect(named(effects)).toContain('drop-rtc');
      // The other side follows when it hears something.
      expect(effects).toContainEqual(expect.objectContaining({ do: 'transmit', via: 'rtc', header: pingOf(true) }));
    });

    it('keeps the channel against one of the same tier, unless it is still in doubt', () => {
      const kept = play([...recovered, ready('turn')]);
      expect(named(kept.effects)).toEqual(['drop-beside', 'timer']);
      expect(kept.state.rtc).toMatchObject({ phase: 'open', beside: undefined });
      const taken = play([...doubted, ready('turn')]);
      expect(pathOf(taken.state)).toBe('turn');
      expect(named(taken.effects)).toContain('drop-rtc');
    });

    it('gives it up where nobody answers it, and makes another in the next doubt', () => {
      const { state, effects } = play([...recovered, expired]);
      expect(named(effects)).toContain('drop-beside');
      expect(pathOf(state)).toBe('turn');
      expect(named(play([...recovered, expired, say('m2'), overdue]).effects)).toContain('start-rtc');
    });
  });

  it('stays on a channel that answers, and sends what is missing over the relay beside it', () => {
    const lossy = [socketUp, bobHere, rtcOpen, say('m1'), say('m2')];
    const { frame } = ackOf(2, 'rtc');
    const later = { ...ackOf(2, 'rtc'), frame: { ...frame, header: { ...frame.header, through: 0 } as AckHeader } };
    const early = step(play(lossy).state, { ...later, nowMs: 390 });
    const { state, effects } = step(early.state, { ...overdue, nowMs: 400 });
    expect(sentOver(effects)).toEqual(['m1 relay']);
    expect(state.rtc.phase).toBe('open');
    const alive = step(state, { ...later, nowMs: 2_390 });
    expect(step(alive.state, { ...overdue, nowMs: 2_400 }).state.rtc.phase).toBe('doubted');
  });

  it('asks a channel in doubt for an answer: what the other side says by itself is none', () => {
    const doubted = [socketUp, bobHere, rtcOpen, say('m1'), overdue];
    const frame: Frame = { header: pingOf(true), body: new Uint8Array() };
    const heard = { type: 'frame', via: 'rtc', fromDevice: 'b1', frame } as const;
    expect(play([...doubted, heard]).state.rtc.phase).toBe('doubted');
    expect(play([...doubted, ackOf(1, 'rtc')]).state.rtc.phase).toBe('open');
  });

  it('[S3.5] asks a silent channel as often as its network needs', () => {
    const pauseOf = (keepaliveMs: number) => {
      const options = { epoch: 'E1', initiator: true, rtcWanted: true };
      const pong: Frame = { header: pingOf(false), body: new Uint8Array() };
      let state = opened(options);
      for (const event of [socketUp, bobHere, { type: 'network', keepaliveMs }, rtcOpen] as const) {
        ({ state } = step(state, { ...event, nowMs: 0 }));
      }
      for (let nowMs = 0; nowMs < 200_000; nowMs += 20_000) {
        ({ state } = step(state, { type: 'timer', name: 'probe', nowMs }));
        ({ state } = step(state, { type: 'frame', via: 'rtc', fromDevice: 'b1', frame: pong, nowMs }));
      }
      return state.rtc.life.pauseMs;
    };
    expect([pauseOf(15_000), pauseOf(8_000)]).toEqual([15_000, 8_000]);
  });

  it('tries again at once where the network may have changed', () => {
    const hint = { type: 'hint' } as const;
    const waiting = [socketUp, bobHere, rtcFailed];
    expect(play(waiting).state.rtc.phase).toBe('waiting');
    expect(named(play([...waiting, hint]).effects)).toContain('start-rtc');
    expect(named(play([...waiting, { type: 'doubt' }]).effects)).not.toContain('start-rtc');
    expect(play([socketUp, bobHere, rtcOpen, hint]).effects).toContainEqual(
      expect.objectContaining({ do: 'transmit', via: 'rtc', header: pingOf(true) }),
    );
  });

  it('sends again what was on its way in a channel that another one replaces, streams and calls as well', () => {
    const { effects } = play([socketUp, bobHere, rtcOpen, say('m1'), rtcOpen]);
    expect(named(effects)).toContain('resend');
    expect(sentOver(effects)).toEqual(['m1 rtc']);
    const upgraded = play([socketUp, bobHere, say('m1'), rtcOpen]);
    expect(named(upgraded.effects)).not.toContain('resend');
  });

  it('[S6.2] renews a connection over TURN with fresh credentials beside it, whoever opened it, and leaves a direct one', () => {
    const renewed = { type: 'renewed' } as const;
    const turnOpen = { ...rtcOpen, tier: 'turn' } as const;
    for (const initiator of [true, false]) {
      const offered = { type: 'rtc', trigger: 'offered', fromDevice: 'b1' } as const;
      const { state, effects } = play([socketUp, bobHere, offered, turnOpen, renewed], { initiator });
      expect(named(effects)).toEqual(['start-rtc', 'timer']);
      expect(pathOf(state)).toBe('turn');
      const ready = { type: 'rtc', trigger: 'ready', tier: 'turn' } as const;
      const taken = play([socketUp, bobHere, offered, turnOpen, renewed, ready], { initiator });
      expect(named(taken.effects)).toContain('drop-rtc');
    }
    expect(play([socketUp, bobHere, rtcOpen, renewed]).effects).toEqual([]);
    expect(play([socketUp, bobHere, turnOpen, renewed, renewed]).effects).toEqual([]);
  });

  it('asks a channel that is silent, and leaves it where it owes the answer', () => {
    const due = { type: 'timer', name: 'probe' } as const;
    const later = (nowMs: number, events: readonly Untimed<LinkEvent>[]) => {
      const { state } = play([socketUp, bobHere, rtcOpen]);
      return events.reduce<ReturnType<typeof step>>((now, event) => step(now.state, { ...event, nowMs }), {
        state,
        effects: [],
      });
    };
    expect(later(400, [due]).effects).toEqual([{ do: 'timer', name: 'probe', ms: 102 }]);
    const asked = later(600, [due]);
    expect(asked.effects).toMatchObject([{ header: { t: 'ping', reply: true }, via: 'rtc' }, { name: 'probe' }]);
    expect(pathOf(later(600, [due, due]).state)).toBe('relay');
    const frame: Frame = { header: { t: 'ping', reply: false }, body: new Uint8Array() };
    expect(pathOf(later(600, [due, { type: 'frame', via: 'rtc', fromDevice: 'b1', frame }, due]).state)).toBe('direct');
  });

  it('sends live what the mailbox has and the other side waits for, also where a channel comes and goes', () => {
    const kept = { type: 'kept', seq: 1, forced: true, until: 1_000 } as const;
    const frame: Frame = { header: { t: 'ping', reply: false }, body: new Uint8Array() };
    const heard = { type: 'frame', via: 'rtc', fromDevice: 'b1', frame } as const;
    const begun = [say('m1'), socketUp, { type: 'settled' }, kept, bobHere, rtcOpen, say('m2')] as const;
    expect(sentOver(play([...begun, overdue, heard]).all)).not.toContain('m1 relay');
    const again = [overdue, heard, overdue, heard, overdue, heard, overdue] as const;
    expect(sentOver(play([...begun, ...again]).all)).toContain('m1 relay');
  });

  it('sends all of it live to a device with a new connection, for what the mailbox has holds up the rest', () => {
    const kept = { type: 'kept', seq: 1, forced: true, until: 1_000 } as const;
    // The other side's line was cut, and the server had not noticed.
    const away = [socketUp, { type: 'settled' }, bobHere, say('m1'), overdue, overdue, kept, say('m2')] as const;
    const { state } = play(away);
    expect(state.outbox.waiting.map(({ keptUntil }) => keptUntil)).toEqual([1_000, undefined]);
    expect(sentOver(play([...away, bobHere]).effects)).toEqual(['m1 relay', 'm2 relay']);
  });

  it('lets what waited for long leave over the relay little by little, also behind what the mailbox has', () => {
    const many = Array.from({ length: 100 }, (_, index) => say(`m${index + 1}`));
    const relayed = { rtcWanted: false };
    expect(sentOver(play([...many, socketUp, bobHere], relayed).all)).toHaveLength(64);
    expect(sentOver(play([...many, socketUp, bobHere, ackOf(50, 'relay')], relayed).effects)).toHaveLength(36);
    const kept = many.map((_, index) => ({ type: 'kept', seq: index + 1, forced: false, until: 1_000 }) as const);
    const away = [...many, socketUp, { type: 'settled' }, ...kept] as const;
    expect(sentOver(play([...away, bobHere, say('new')]).effects)).toEqual(['new relay']);
  });

  it('leaves room for the signals of an attempt, and more while they are on their way', () => {
    const many = { type: 'send', messages: Array.from({ length: 300 }, (_, n) => say(`m${n}`).messages[0]) } as const;
    const sent = (...events: Parameters<typeof play>[0]) => sentOver(play(events).all).length;
    const here = { type: 'presence', devices: ['b1'] } as const;
    const wait = Array.from({ length: 1_600 }, () => ({ type: 'settled' }) as const);
    expect(sent(many, socketUp, here)).toBe(16);
    expect(sent(many, socketUp, here, ...wait)).toBe(64);
    expect(sentOver(play([many, socketUp, here], { initiator: false }).all)).toHaveLength(16);
    expect(sentOver(play([many, socketUp, here], { rtcWanted: false }).all)).toHaveLength(64);
    expect(sent(many, socketUp, here, rtcOpen)).toBe(256);
  });

  it('asks it at once after a hint, and when the other side talks over the relay', () => {
    const asks = (effects: readonly LinkEffect[]) =>
      effects.some((effect) => effect.do === 'transmit' && effect.via === 'rtc');
    const { state } = play([socketUp, bobHere, rtcOpen]);
    expect(asks(step(state, { type: 'hint', nowMs: 10 }).effects)).toBe(true);
    expect(asks(step(state, { ...ackOf(1, 'relay'), nowMs: 500 }).effects)).toBe(true);
    // Still on its way when the channel opened.
    expect(asks(step(state, { ...ackOf(1, 'relay'), nowMs: 50 }).effects)).toBe(false);
  });

  it('sends again over the relay what a closed channel may have swallowed', () => {
    expect(sentOver(play([socketUp, bobHere, rtcOpen, say('m1'), rtcFailed]).effects)).toEqual(['m1 relay']);
  });

  it('stays on an open channel while the connection to the server is away', () => {
    const { state, effects } = play([socketUp, bobHere, rtcOpen, { type: 'socket', up: false }, say('m1')]);
    expect(pathOf(state)).toBe('direct');
    expect(sentOver(effects)).toEqual(['m1 rtc']);
  });

  it('sends again when the other side has reloaded', () => {
    const { all } = play([socketUp, bobHere, say('m1'), { type: 'presence', devices: [] }, bobHere]);
    expect(sentOver(all)).toEqual(['m1 relay', 'm1 relay']);
  });

  it('asks a channel for a sign of life when the server says that the other side is gone', () => {
    const gone = { type: 'presence', devices: [] } as const;
    const { state, effects } = play([socketUp, bobHere, rtcOpen, gone]);
    expect(state.rtc.phase).toBe('doubted');
    expect(pathOf(state)).toBe('direct');
    expect(effects[0]).toMatchObject({ do: 'transmit', via: 'rtc', header: { t: 'ping', reply: true } });
    expect(pathOf(play([socketUp, bobHere, rtcOpen, gone, expired]).state)).toBe('mailbox');
  });

  it('answers a sign of life on the path where it was asked, and does not ask back', () => {
    const asked = (reply: boolean) => {
      const frame: Frame = { header: { t: 'ping', reply }, body: new Uint8Array() };
      return play([socketUp, bobHere, rtcOpen, { type: 'frame', via: 'rtc', fromDevice: 'b1', frame }]).effects;
    };
    expect(asked(true)).toMatchObject([{ do: 'transmit', via: 'rtc', header: { t: 'ping', reply: false } }]);
    expect(asked(false)).toEqual([]);
  });

  it('waits when the server says that the device is gone', () => {
    const { state } = play([socketUp, bobHere, say('m1'), { type: 'unreachable', device: 'b1' }]);
    expect(pathOf(state)).toBe('mailbox');
  });

  it('pauses longer after each failed attempt', () => {
    const pauses = (failures: number) => {
      const tries = Array.from({ length: failures }, () => [rtcFailed, expired]).flat();
      const { all } = play([socketUp, bobHere, ...tries, rtcFailed]);
      return all.filter((effect) => effect.do === 'timer' && effect.name === 'rtc').at(-1);
    };
    expect(pauses(0)).toMatchObject({ ms: 5_000 });
    expect(pauses(1)).toMatchObject({ ms: 10_000 });
    expect(pauses(9)).toMatchObject({ ms: 60_000 });
  });

  it('lets who opened it make the offer', () => {
    expect(named(play([socketUp, bobHere], { initiator: false }).all)).not.toContain('start-rtc');
    expect(named(play([socketUp, bobHere, expired], { initiator: false }).all)).toContain('start-rtc');
  });

  it('stays on the relay where WebRTC is not wanted', () => {
    expect(named(play([socketUp, bobHere, say('m1')], { rtcWanted: false }).all)).not.toContain('start-rtc');
  });

  it('says goodbye over the relay, and tries nothing for a side that did', () => {
    expect(play([socketUp, bobHere, rtcOpen, { type: 'close' }]).effects).toContainEqual({
      do: 'goodbye',
      toDevice: 'b1',
    });
    const frame: Frame = { header: { t: 'bye' }, body: new Uint8Array() };
    const bye = { type: 'frame', via: 'relay', fromDevice: 'b1', frame } as const;
    const left = play([socketUp, bobHere, rtcOpen, bye]);
    expect(left.state.rtc.phase).toBe('idle');
    expect(pathOf(left.state)).toBe('relay');
    expect(named(left.effects)).not.toContain('start-rtc');
    expect(named(play([socketUp, bobHere, rtcOpen, bye, say('m1')]).effects)).toContain('start-rtc');
  });

  it('does nothing once it is closed', () => {
    const { state, effects } = play([socketUp, bobHere, rtcOpen, { type: 'close' }, say('m1')]);
    expect(effects).toEqual([]);
    expect(pathOf(state)).toBe('none');
  });

  it('believes no acknowledgement of what was never sent', () => {
    const { state } = play([socketUp, bobHere, say('m1'), ackOf(7, 'relay')]);
    expect(state.outbox.waiting).toHaveLength(1);
  });
});

describe('the phases of the upgrade', () => {
  const rows = Object.entries(RTC_TABLE).flatMap(([phase, row]) =>
    Object.entries(row).map(([trigger, next]) => ({ title: `${phase} –${trigger}→ ${next}`, next })),
  );

  it('can all be reached from idle', () => {
    const reached = new Set<RtcPhase>(['idle']);
    for (const phase of reached) for (const next of Object.values(RTC_TABLE[phase])) reached.add(next);
    expect([...reached].sort()).toEqual(Object.keys(RTC_TABLE).sort());
  });

  it('are these', () => {
    expect(rows.map(({ title }) => title)).toMatchInlineSnapshot(`
      [
        "idle –start→ trying",
        "idle –yield→ waiting",
        "idle –offered→ trying",
        "trying –start→ trying",
        "trying –offered→ trying",
        "trying –opened→ open",
        "trying –failed→ waiting",
        "trying –expired→ waiting",
        "waiting –start→ trying",
        "waiting –offered→ trying",
        "waiting –expired→ trying",
        "waiting –halt→ idle",
        "open –offered→ doubted",
        "open –opened→ open",
        "open –stalled→ doubted",
        "open –failed→ idle",
        "open –lost→ trying",
        "doubted –offered→ doubted",
        "doubted –opened→ open",
        "doubted –heard→ open",
        "doubted –failed→ idle",
        "doubted –lost→ trying",
        "doubted –expired→ idle",
      ]
    `);
  });

  describe('beside the mailbox', () => {
    const settled = { type: 'settled' } as const;
    const retry = { type: 'timer', name: 'mail' } as const;
    const refusal = (code: 'rtc_available' | 'mailbox_full') => ({ type: 'refused', seq: 1, code }) as const;
    const kept = { type: 'kept', seq: 1, forced: false, until: 1_000 } as const;
    const mailedBy = (effects: readonly LinkEffect[]) =>
      effects.flatMap((effect) => (effect.do === 'enqueue' ? [`${effect.header.id} ${effect.force}`] : []));

    it('leaves a message there for whoever is not online, once that is known', () => {
      expect(mailedBy(play([say('m1'), socketUp]).all)).toEqual([]);
      const { all, state } = play([say('m1'), socketUp, settled, say('m2')]);
      expect(mailedBy(all)).toEqual(['m1 false', 'm2 false']);
      expect(pathOf(state)).toBe('mailbox');
    });

    it('[S5.1] puts it there with force when nobody acknowledges on the relay either', () => {
      const events = [socketUp, bobHere, settled, say('m1'), overdue];
      expect(mailedBy(play(events).all)).toEqual([]);
      expect(mailedBy(play([...events, overdue]).effects)).toEqual(['m1 true']);
    });

    it('[S5.1] waits a moment where the server says that the other side is online, and forces it then', () => {
      const { all, effects } = play([say('m1'), socketUp, settled, refusal('rtc_available'), say('m2'), retry]);
      expect(mailedBy(all)).toEqual(['m1 false', 'm1 true', 'm2 false']);
      expect(mailedBy(effects)).toEqual(['m1 true', 'm2 false']);
      expect(named(all)).not.toContain('held');
    });

    it('sends live what the mailbox refused, when the other side comes', () => {
      const { effects } = play([say('m1'), socketUp, settled, refusal('rtc_available'), bobHere]);
      expect(sentOver(effects)).toEqual(['m1 relay']);
    });

    it('tells that the mailbox is full, and tries again ever more rarely', () => {
      const { all } = play([say('m1'), socketUp, settled, refusal('mailbox_full'), retry, refusal('mailbox_full')]);
      expect(all.filter((effect) => effect.do === 'held')).toEqual([
        { do: 'held', code: 'mailbox_full' },
        { do: 'held', code: 'mailbox_full' },
      ]);
      expect(all.filter((effect) => effect.do === 'timer' && effect.name === 'mail')).toMatchObject([
        { ms: 1_000 },
        { ms: 2_000 },
      ]);
    });

    it('does not send live what the mailbox has, until that turns out to be in vain', () => {
      const { all } = play([say('m1'), socketUp, settled, kept, bobHere, say('m2')]);
      expect(sentOver(all)).toEqual(['m2 relay']);
      // Sealed for a device that is gone, perhaps: this one waits for the first.
      expect(sentOver(play([say('m1'), socketUp, settled, kept, bobHere, say('m2'), overdue]).effects)).toEqual([
        'm1 relay',
        'm2 relay',
      ]);
    });

    it('gives up what the mailbox has not kept any longer', () => {
      const { effects, state } = play([
        say('m1'),
        say('m2'),
        socketUp,
        settled,
        kept,
        { type: 'clock', serverMs: 1_000 },
      ]);
      expect(effects).toMatchObject([{ do: 'expired', entry: { id: 'm1' } }]);
      expect(state.outbox.waiting.map(({ id }) => id)).toEqual(['m2']);
    });

    it('answers what came by mail by mail, and what another device of ours sent not at all', () => {
      const header = { t: 'data', id: 'm1', epoch: 'E7', seq: 1, acked: 0, at: 0, text: true } as const;
      const mail = { type: 'mail', position: 9, frame: { header, body: new Uint8Array() } } as const;
      expect(play([{ ...mail, own: false }]).effects).toMatchObject([
        { do: 'deliver', positions: [9], answer: { via: 'mailbox', header: { epoch: 'E7', through: 1 } } },
      ]);
      expect(play([{ ...mail, own: true }]).effects).toMatchObject([{ do: 'deliver', own: true, answer: undefined }]);
    });

    it('forgets mail that it has had, and keeps what is before its turn', () => {
      const mail = (seq: number, position: number) => {
        const header = { t: 'data', id: `m${seq}`, epoch: 'E7', seq, acked: 0, at: 0, text: true } as const;
        return { type: 'mail', position, own: false, frame: { header, body: new Uint8Array() } } as const;
      };
      const { all } = play([mail(2, 5), mail(1, 6), mail(1, 7)]);
      const delivered = all.flatMap((effect) => (effect.do === 'deliver' ? [effect.positions] : []));
      expect(delivered).toEqual([[], [6, 5], [7]]);
    });
  });
});
