import { describe, expect, it } from 'vitest';
import type { DeviceRef, Notice, Obstacle, Parcel } from './port.ts';
import { POST_LIMITS, PostOffice } from './post.ts';
import type { Post } from './wire.ts';

const BOB: DeviceRef = { wallet: 'bob', deviceId: 'b1' };

const frame = (index: number, bytes = 10): Parcel => ({
  kind: 'frame',
  frame: { to: 'bob', toDevice: 'b1', frame: new Uint8Array(bytes).fill(index) },
  from: { wallet: 'alice', deviceId: 'a1' },
});

/** Two post offices, and what is between them. */
function offices(obstacleOf: (index: number) => Obstacle = () => undefined) {
  let nowMs = 0;
  const soon: (() => void)[] = [];
  const way: { to: string; sentMs: number; message: Post }[] = [];
  const delivered: number[] = [];
  const notices: [string, Notice][] = [];
  let isBroken = false;
  const office = (deliver: (to: DeviceRef, parcel: Parcel) => Obstacle) =>
    new PostOffice({
      limits: { ...POST_LIMITS, maxParcels: 5, maxBytes: 100_000 },
      nowMs: () => nowMs,
      soon: (act) => void soon.push(act),
      send: async (to, message) => {
        if (isBroken) throw new Error('broken');
        way.push({ to, sentMs: nowMs, message });
      },
      deliver,
      noticed: (wallet, notice) => void notices.push([wallet, notice]),
    });
  const here = office(() => 'offline');
  const there = office((_to, parcel) => {
    const index = parcel.kind === 'frame' ? (parcel.frame.frame[0] ?? -1) : -1;
    delivered.push(index);
    return obstacleOf(index);
  });
  const arrive = ({ to, sentMs, message }: { to: string; sentMs: number; message: Post }) => {
    if (to === 'there') there.heard({ from: 'here', sentMs, message });
    if (to === 'here') here.heard({ from: 'there', sentMs, message });
  };
  /** Everything that is under way arrives. */
  const travel = () => {
    while (soon.length + way.length > 0) {
      flush();
      for (const message of way.splice(0)) arrive(message);
    }
  };
  const flush = () => {
    for (const act of soon.splice(0)) act();
  };
  const pass = (ms: number) => {
    nowMs += ms;
    here.tick();
  };
  return { here, there, way, delivered, notices, travel, flush, pass, break: () => (isBroken = true) };
}

describe('the post office', () => {
  it('brings parcels in order, together, and their answers back', async () => {
    const { here, way, delivered, flush, travel } = offices(
      (index) => ([undefined, 'busy', 'offline'] as const)[index],
    );
    const answers = [0, 1, 2].map((index) => here.send('there', BOB, frame(index)));
    flush();
    expect(way.length).toBe(1);
    travel();
    expect(await Promise.all(answers)).toEqual([undefined, 'busy', 'offline']);
    expect([delivered, here.waiting]).toEqual([[0, 1, 2], 0]);
  });

  it('keeps the order also where there is more than goes at once', async () => {
    const { here, way, delivered, flush, travel } = offices();
    const big = [0, 1, 2].map((index) => here.send('there', BOB, frame(index, 30_000)));
    for (let index = 0; index < 12; index++) {
      here.notify('there', 'bob', {
        kind: 'arrival',
        keyIds: [],
        mail: { ...MAIL, body: new Uint8Array(100_000) },
      });
    }
    const last = here.send('there', BOB, frame(3));
    flush();
    expect(way.length).toBeGreaterThan(3);
    travel();
    expect([await Promise.all([...big, last]), delivered]).toEqual([
      [undefined, undefined, undefined, undefined],
      [0, 1, 2, 3],
    ]);
  });

  it('gives up after two seconds, and does not take what comes later', async () => {
    const { here, way, delivered, flush, pass, travel } = offices();
    here.notify('there', 'bob', { kind: 'acknowledged', keyId: undefined, positions: [1] });
    travel();
    const answer = here.send('there', BOB, frame(1));
    flush();
    pass(1_999);
    expect(here.waiting).toBe(1);
    pass(2);
    expect(await answer).toBe('offline');
    expect(way.length).toBe(1);
    travel();
    expect(delivered).toEqual([]);
    const next = here.send('there', BOB, frame(2));
    travel();
    expect([await next, delivered]).toEqual([undefined, [2]]);
  });

  it('is busy where too much is under way, and not any more when it has arrived', async () => {
    const { here, delivered, travel } = offices();
    const answers = [1, 2, 3, 4, 5].map((index) => here.send('there', BOB, frame(index)));
    expect(here.send('there', BOB, frame(6))).toBe('busy');
    const elsewhere = here.send('nowhere', BOB, frame(7));
    travel();
    await Promise.all(answers);
    expect(delivered).toEqual([1, 2, 3, 4, 5]);
    const [fits, tooMuch] = [here.send('there', BOB, frame(8, 90_000)), here.send('there', BOB, frame(9, 90_000))];
    expect(tooMuch).toBe('busy');
    travel();
    expect(await fits).toBeUndefined();
    here.giveUp('nowhere');
    expect(await elsewhere).toBe('offline');
    expect(here.waiting).toBe(0);
  });

  it('gives up at once what cannot be sent, or what a node had that is gone', async () => {
    const { here, flush, ...medium } = offices();
    const lost = here.send('there', BOB, frame(1));
    flush();
    here.giveUp('there');
    expect(await lost).toBe('offline');
    medium.break();
    const stuck = here.send('there', BOB, frame(2));
    flush();
    expect(await stuck).toBe('offline');
  });

  it('brings notices without an answer', () => {
    const { here, notices, way, travel } = offices();
    here.notify('there', 'bob', { kind: 'acknowledged', keyId: 'k1', positions: [1] });
    travel();
    expect(notices).toEqual([['bob', { kind: 'acknowledged', keyId: 'k1', positions: [1] }]]);
    expect(way).toEqual([]);
  });
});

const MAIL = { position: 1, id: 'm1', from: 'alice', to: 'bob', at: 1, forced: false, expiresAt: 2 };
