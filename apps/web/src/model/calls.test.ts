import { AnypathError, type Call, type CallPhase, type EndReason, type ErrorCode, type Link } from '@anypath/client';
import { signal } from '@preact/signals';
import { describe, expect, it, vi } from 'vitest';
import { memoryStorage } from './browser-storage.ts';
import { Calls, type Why } from './calls.ts';
import { MediaDevicesBook } from './media-devices.ts';

type Listener = (...values: unknown[]) => void;

/** A stand-in for the SDK's call, which goes on when the test says so. */
class StandInCall {
  readonly id = 'C1';
  readonly peer = 'bob';
  readonly wanted;
  readonly direction;
  readonly local = { getTracks: () => [], getVideoTracks: () => [] };
  readonly remote = this.local;
  readonly isSharing = false;
  phase: CallPhase;
  reason: EndReason | undefined;
  error: ErrorCode | undefined;
  readonly accept = vi.fn(async (_: unknown) => this.goTo('active'));
  readonly #listeners = new Map<string, Listener>();

  constructor(direction: 'incoming' | 'outgoing', video: boolean) {
    this.direction = direction;
    this.wanted = { audio: true, video };
    this.phase = direction === 'incoming' ? 'ringing' : 'calling';
  }

  on(event: string, listener: Listener): () => void {
    this.#listeners.set(event, listener);
    return () => this.#listeners.delete(event);
  }

  isMuted = () => false;
  stats = async () => undefined;
  decline = () => this.end('declined');
  hangup = () => this.end(this.phase === 'active' ? 'hangup' : 'cancelled');

  goTo(phase: CallPhase): void {
    if (this.phase === 'ended') return;
    this.phase = phase;
    this.#listeners.get('phase')?.(phase);
  }

  end(reason: EndReason, error?: ErrorCode): void {
    if (this.phase === 'ended') return;
    Object.assign(this, { reason, error });
    this.goTo('ended');
  }
}

/** Alice's page, with a link to Bob. */
function page({ obstacle }: { obstacle?: Why } = {}) {
  let rings: Listener = () => undefined;
  const dial = vi.fn<(media: unknown) => Promise<StandInCall>>(async () => new StandInCall('outgoing', false));
  const link = {
    peer: 'bob',
    call: dial,
    on: (_: string, listener: Listener) => {
      rings = listener;
      return () => {
        rings = () => undefined;
      };
    },
  } as unknown as Link;
  const links = signal<ReadonlyMap<string, Link>>(new Map([['bob', link]]));
  const called = vi.fn();
  const select = vi.fn();
  const calls = new Calls({
    conversations: { links, called, select },
    devices: new MediaDevicesBook(memoryStorage(), undefined),
    isNarrow: () => false,
    obstacle: () => obstacle,
  });
  calls.attach();
  const ring = (video = false) => {
    const call = new StandInCall('incoming', video);
    rings(call);
    return call;
  };
  const outcome = () => called.mock.lastCall?.[1].outcome;
  return { calls, links, dial, ring, called, select, outcome, stage: () => calls.stage.value.name };
}

/** Alice's page, which calls Bob. */
async function calling() {
  const here = page();
  const call = new StandInCall('outgoing', true);
  here.dial.mockResolvedValueOnce(call);
  await here.calls.start('bob', true);
  return { ...here, call };
}

describe('a call to somebody (the SDK is a stand-in)', () => {
  it('opens what is wanted, rings there, and goes on until one hangs up', async () => {
    const { calls, call, dial, stage, called } = await calling();
    expect(dial).toHaveBeenCalledExactlyOnceWith({ audio: true, video: true });
    expect(calls.tone.value).toBeUndefined();
    call.goTo('alerting');
    expect(calls.tone.value).toBe('outgoing');
    call.goTo('active');
    expect(calls.tone.value).toBeUndefined();
    call.end('hangup');
    expect(stage()).toBe('none');
    expect(calls.news.value).toEqual({ peer: 'bob', what: 'ended' });
    const record = { direction: 'outgoing', video: true, outcome: 'talked', lastedMs: expect.any(Number) };
    expect(called).toHaveBeenCalledExactlyOnceWith('bob', record, { id: 'C1', at: expect.any(Number) });
  });

  it.each([
    ['declined', 'declined', 'declined'],
    ['busy', 'engaged', 'busy'],
    ['no-answer', 'no-answer', 'unanswered'],
    ['gone', 'gone', 'talked'],
  ] as const)('that ends with %s says why', async (reason, why, outcome) => {
    const here = await calling();
    here.call.end(reason);
    expect(here.calls.stage.value).toEqual({ name: 'over', peer: 'bob', video: true, why });
    expect(here.outcome()).toBe(outcome);
    here.calls.putAway();
    expect(here.stage()).toBe('none');
  });

  it('that fails says with what', async () => {
    const { calls, call, outcome } = await calling();
    call.goTo('active');
    call.end('failed', 'fingerprint_mismatch');
    expect(calls.stage.value).toMatchObject({ name: 'over', why: 'fingerprint_mismatch' });
    expect(outcome()).toBe('failed');
  });

  it('does not come about without a microphone, and says why', async () => {
    const { calls, dial } = page();
    dial.mockRejectedValueOnce(new AnypathError('media_refused'));
    await calls.start('bob', false);
    expect(calls.stage.value).toEqual({ name: 'over', peer: 'bob', video: false, why: 'media_refused' });
  });

  it('is not tried where it cannot work', async () => {
    const { calls, dial } = page({ obstacle: 'relay-only' });
    await calls.start('bob', false);
    expect(dial).not.toHaveBeenCalled();
    expect(calls.stage.value).toMatchObject({ why: 'relay-only' });
  });

  it('that is given up while the browser asks is ended when it has answered', async () => {
    const { calls, dial, stage } = page();
    let allow = (_: StandInCall) => {};
    dial.mockReturnValueOnce(
      new Promise((resolve) => {
        allow = resolve;
      }),
    );
    const started = calls.start('bob', true);
    expect(stage()).toBe('opening');
    calls.hangup();
    expect(stage()).toBe('none');
    const call = new StandInCall('outgoing', true);
    allow(call);
    await started;
    expect(call.reason).toBe('cancelled');
    expect(stage()).toBe('none');
  });

  it('is the answer where they call while the browser asks', async () => {
    const { calls, dial, ring, stage } = page();
    let allow = (_: StandInCall) => {};
    dial.mockReturnValueOnce(
      new Promise((resolve) => {
        allow = resolve;
      }),
    );
    const started = calls.start('bob', true);
    const theirs = ring(true);
    expect(stage()).toBe('ringing');
    // The SDK takes their call with what was opened.
    theirs.goTo('active');
    allow(theirs);
    await started;
    expect(stage()).toBe('going');
    expect(theirs.phase).toBe('active');
  });

  it('is one at a time', async () => {
    const { calls, dial } = await calling();
    await calls.start('bob', false);
    expect(dial).toHaveBeenCalledOnce();
  });
});

describe('a call by somebody (the SDK is a stand-in)', () => {
  it('rings, and is taken with what they want', async () => {
    const { calls, ring, stage, select } = page();
    const call = ring(true);
    expect(stage()).toBe('ringing');
    expect(calls.tone.value).toBe('incoming');
    await calls.accept('as-called');
    expect(call.accept).toHaveBeenCalledExactlyOnceWith({ audio: true, video: true });
    expect(stage()).toBe('going');
    expect(select).toHaveBeenCalledExactlyOnceWith('bob');
    call.end('hangup');
  });

  it.each([
    ['sound', { audio: true, video: false }],
    ['listening', { audio: false, video: false }],
  ] as const)('can be taken with %s alone', async (how, media) => {
    const { calls, ring } = page();
    const call = ring(true);
    await calls.accept(how);
    expect(call.accept).toHaveBeenCalledExactlyOnceWith(media);
    call.end('hangup');
  });

  it('goes on ringing where the camera is refused, and says so', async () => {
    const { calls, ring } = page();
    const call = ring(true);
    call.accept.mockRejectedValueOnce(new AnypathError('media_refused'));
    await calls.accept('as-called');
    expect(calls.stage.value).toMatchObject({ name: 'ringing', answer: 'media_refused' });
    await calls.accept('sound');
    expect(calls.stage.value.name).toBe('going');
    call.end('hangup');
  });

  it.each([
    ['missed', 'missed'],
    ['elsewhere', 'elsewhere'],
    ['declined', 'ended'],
  ] as const)('that ends with %s stops ringing, and is noted', (reason, what) => {
    const { calls, ring, stage, outcome } = page();
    ring().end(reason);
    expect(stage()).toBe('none');
    expect(calls.tone.value).toBeUndefined();
    expect(calls.news.value).toEqual({ peer: 'bob', what });
    expect(outcome()).toBe(reason);
  });

  it('is heard over links that come later, and not over those that are gone', () => {
    const { links, ring, stage } = page();
    const [link] = links.value.values();
    links.value = new Map();
    ring();
    expect(stage()).toBe('none');
    links.value = new Map([['bob', link as Link]]);
    ring();
    expect(stage()).toBe('ringing');
  });

  it('ends with the connection to the server', () => {
    const { calls, ring, stage } = page();
    const call = ring() as unknown as Call;
    calls.detach();
    expect(stage()).toBe('none');
    expect(call.phase).toBe('ended');
  });
});
