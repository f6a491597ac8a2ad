import { LIMITS } from '@anypath/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Change, Directory } from './directory.ts';

const ALICE = { wallet: 'alice', deviceId: 'a1' };

/** A directory, and what it told. */
function directoryOf(self: string, wallMs: () => number = () => 1_000, nowMs: () => number = () => 0) {
  const told: string[] = [];
  const changes: Change[] = [];
  const listener = {
    came: ({ deviceId }: { deviceId: string }) => told.push(`came ${deviceId}`),
    went: ({ deviceId }: { deviceId: string }, goodbye: boolean) => told.push(`went ${deviceId} ${goodbye}`),
    replaced: ({ deviceId }: { deviceId: string }, connection: string, change: Change) => {
      told.push(`replaced ${deviceId} ${connection}`);
      changes.push(change);
    },
  };
  return { directory: new Directory(self, listener, nowMs, wallMs), told, changes };
}

describe('the directory', () => {
  it('knows devices of other nodes, and tells as they come and go', () => {
    const here = directoryOf('n1.1');
    const there = directoryOf('n2.1');
    here.directory.apply('n2.1', there.directory.join(ALICE, 'c1', true));
    expect([here.directory.devicesOf('alice'), here.directory.nodeOf(ALICE)]).toEqual([['a1'], 'n2.1']);
    expect([...here.directory.othersWith('alice')]).toEqual(['n2.1']);
    const left = there.directory.leave(ALICE, 'c1', false);
    if (left) here.directory.apply('n2.1', left);
    expect([here.directory.devicesOf('alice'), here.directory.isAway('alice', 'a1')]).toEqual([[], true]);
    expect(here.told).toEqual(['came a1', 'went a1 false']);
    expect(there.told).toEqual([]);
  });

  it('lets the later of two connections have the device, whatever the clocks on the walls say', () => {
    const fast = directoryOf('n1.1', () => 9_000_000);
    const slow = directoryOf('n2.1', () => 5);
    const first = fast.directory.join(ALICE, 'c1', true);
    slow.directory.apply('n1.1', first);
    const second = slow.directory.join(ALICE, 'c2', false);
    fast.directory.apply('n2.1', second);
    slow.directory.apply('n1.1', first);
    for (const { directory } of [fast, slow]) {
      expect([directory.nodeOf(ALICE), directory.rtcDevicesOf('alice')]).toEqual(['n2.1', []]);
    }
    expect(fast.told).toEqual(['replaced a1 c1', 'came a1']);
    expect(slow.told).toEqual(['came a1']);
    expect(fast.directory.leave(ALICE, 'c1', true)).toBeUndefined();
  });

  it('takes a connection that holds no more from nobody', () => {
    const { directory, told } = directoryOf('n1.1');
    const other = directoryOf('n2.1');
    const old = other.directory.join(ALICE, 'c1', true);
    const leave = other.directory.leave(ALICE, 'c1', true);
    const young = other.directory.join(ALICE, 'c2', true);
    directory.apply('n2.1', old);
    directory.apply('n2.1', young);
    if (leave) directory.apply('n2.1', leave);
    expect([directory.devicesOf('alice'), told]).toEqual([['a1'], ['came a1', 'came a1']]);
  });

  it('takes over a snapshot as the difference from what it knew', () => {
    const { directory, told } = directoryOf('n1.1');
    const other = directoryOf('n2.1');
    const [one, two, three] = ['a1', 'a2', 'a3'].map((deviceId) =>
      other.directory.join({ wallet: 'alice', deviceId }, deviceId, true),
    );
    if (!one || !two || !three) throw new Error('three joins');
    directory.replace('n2.1', [one, two]);
    directory.replace('n2.1', [two, three]);
    expect(directory.devicesOf('alice')).toEqual(['a2', 'a3']);
    expect(told).toEqual(['came a1', 'came a2', 'came a3', 'went a1 false']);
    expect(directory.countOf('n2.1')).toBe(2);
  });

  it('takes the devices of a node that is gone for away, and leaves those of others alone', () => {
    const { directory, told } = directoryOf('n1.1');
    directory.join({ wallet: 'bob', deviceId: 'b1' }, 'c1', true);
    directory.apply('n2.1', directoryOf('n2.1').directory.join(ALICE, 'c1', true));
    directory.apply('n3.1', directoryOf('n3.1').directory.join({ wallet: 'carol', deviceId: 'k1' }, 'c1', true));
    directory.forget('n2.1');
    expect([[...directory.wallets()].sort(), directory.isAway('alice')]).toEqual([['bob', 'carol'], true]);
    expect(told.at(-1)).toBe('went a1 false');
    expect([directory.countOf('n2.1'), directory.size]).toEqual([0, 2]);
  });

  it('remembers for two minutes that a device was on another node', () => {
    let now = 0;
    const { directory } = directoryOf('n1.1', undefined, () => now);
    directory.join(ALICE, 'c0', true);
    expect(directory.wasElsewhere(ALICE)).toBe(false);
    directory.apply('n2.1', { kind: 'join', ...ALICE, clock: 5_000, rtc: true });
    expect(directory.wasElsewhere(ALICE)).toBe(true);
    directory.join(ALICE, 'c1', true);
    now += LIMITS.signalMemoryMs - 1;
    expect(directory.wasElsewhere(ALICE)).toBe(true);
    now += 2;
    expect(directory.wasElsewhere(ALICE)).toBe(false);
  });
});

/** What happens to three nodes whose changes travel at any pace, in order from each. */
const happenings = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('join' as const), node: fc.nat(2), device: fc.nat(3) }),
    fc.record({ kind: fc.constant('leave' as const), node: fc.nat(2), device: fc.nat(3), goodbye: fc.boolean() }),
    fc.record({ kind: fc.constant('deliver' as const), from: fc.nat(2), to: fc.nat(2) }),
  ),
  { maxLength: 60 },
);

/** Three nodes, and what each has not yet heard of each other. */
class Three {
  readonly names = ['n0.1', 'n1.1', 'n2.1'];
  readonly #nodes: ReturnType<typeof directoryOf>[];
  readonly #ways = this.names.map(() => this.names.map((): Change[] => []));
  readonly #connections = new Map<string, string>();
  #made = 0;

  constructor(walls: readonly number[]) {
    this.#nodes = this.names.map((name, index) => directoryOf(name, () => walls[index] ?? 0));
  }

  join(node: number, device: number): void {
    const connection = `c${++this.#made}`;
    this.#connections.set(`${node} ${device}`, connection);
    this.#tell(node, this.#nodes[node]?.directory.join(refOf(device), connection, device > 1));
  }

  leave(node: number, device: number, goodbye: boolean): void {
    const connection = this.#connections.get(`${node} ${device}`) ?? '';
    this.#tell(node, this.#nodes[node]?.directory.leave(refOf(device), connection, goodbye));
  }

  /** @returns whether there was something to deliver */
  deliver(from: number, to: number): boolean {
    const change = this.#ways[from]?.[to]?.shift();
    const node = this.#nodes[to];
    if (!change || !node) return false;
    node.directory.apply(this.names[from] ?? '', change);
    for (const told of node.changes.splice(0)) this.#tell(to, told);
    return true;
  }

  deliverAll(): void {
    const ways = [0, 1, 2].flatMap((from) => [0, 1, 2].map((to) => [from, to] as const));
    while (ways.some(([from, to]) => this.deliver(from, to)));
  }

  /** What each node knows. */
  views(): unknown[] {
    return this.#nodes.map(({ directory }) => [
      [0, 1, 2, 3].map((device) => directory.nodeOf(refOf(device))),
      ['w0', 'w1'].map((wallet) => directory.devicesOf(wallet)),
      this.names.map((name) => directory.countOf(name)),
    ]);
  }

  #tell(from: number, change: Change | undefined): void {
    for (const [to, way] of (this.#ways[from] ?? []).entries()) if (change && to !== from) way.push(change);
  }
}

const refOf = (device: number) => ({ wallet: `w${device % 2}`, deviceId: `d${device}` });

describe('directories that tell each other everything', () => {
  it('are the same in the end, however their clocks differ and however changes overtake each other', () => {
    fc.assert(
      fc.property(happenings, fc.array(fc.nat(10_000), { minLength: 3, maxLength: 3 }), (steps, walls) => {
        const three = new Three(walls);
        for (const step of steps) {
          if (step.kind === 'join') three.join(step.node, step.device);
          if (step.kind === 'leave') three.leave(step.node, step.device, step.goodbye);
          if (step.kind === 'deliver') three.deliver(step.from, step.to);
        }
        three.deliverAll();
        const [first, second, third] = three.views();
        expect([second, third]).toEqual([first, first]);
      }),
      { numRuns: 500 },
    );
  });
});
