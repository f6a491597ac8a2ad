import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Directory } from './directory.ts';
import { ALL, Peers, TIMING } from './peers.ts';
import { decodeMessage, encodeMessage, type Gossip } from './wire.ts';

/** A message in the medium. */
interface Flying {
  readonly to: string;
  readonly bytes: Uint8Array;
}

/** A medium between nodes that can be stopped, cut, and made to lose messages; time passes when it is told to. */
class Medium {
  readonly nodes: Node[] = [];
  nowMs = 0;
  /** Whether a message is lost. */
  loses: (from: string, to: string, kind: Gossip['kind']) => boolean = () => false;
  /** What stands still: nothing that goes through it arrives before it goes on. */
  isFrozen = false;
  #flying: Flying[] = [];
  #soon: (() => void)[] = [];

  add(name: string, wallMs = 1_000): Node {
    const node = new Node(this, `${name}.${this.nodes.length}`, wallMs);
    this.nodes.push(node);
    node.peers.beat();
    this.settle();
    return node;
  }

  /** What was put off, and all that is under way, happens. */
  settle(): void {
    for (;;) {
      const acts = this.#soon.splice(0);
      for (const act of acts) act();
      if (this.isFrozen) return;
      const [next] = this.#flying.splice(0, 1);
      if (next) this.#arrive(next);
      else if (acts.length === 0) return;
    }
  }

  /** Time passes, in steps of a sign of life. */
  pass(ms: number): void {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; ) {
      this.nowMs += TIMING.beatMs;
      for (const node of this.nodes) if (node.isRunning) node.peers.tick();
      this.settle();
    }
  }

  put(from: string, to: string, message: Gossip): number {
    const bytes = encodeMessage({ from, nowMs: this.nowMs }, message);
    const named = this.nodes.map(({ id }) => id).filter((id) => to === ALL || to === id);
    const targets = named.filter((id) => !this.loses(from, id, message.kind));
    for (const target of targets) this.#flying.push({ to: target, bytes });
    return targets.length;
  }

  soon(act: () => void): void {
    this.#soon.push(act);
  }

  #arrive({ to, bytes }: Flying): void {
    const node = this.nodes.find(({ id }) => id === to);
    if (node?.isRunning) node.hear(bytes);
    else node?.held.push(bytes);
  }
}

/** A node on the medium. */
class Node {
  readonly id: string;
  readonly told: string[] = [];
  readonly directory: Directory;
  readonly peers: Peers;
  readonly held: Uint8Array[] = [];
  readonly #connections = new Map<string, string>();
  isRunning = true;
  isLinked = true;
  asked = 0;
  readonly #medium: Medium;

  constructor(medium: Medium, id: string, wallMs: number) {
    this.id = id;
    this.#medium = medium;
    const say = (what: string) => void this.told.push(what);
    const listener = {
      came: ({ deviceId }: { deviceId: string }) => say(`came ${deviceId}`),
      went: ({ deviceId }: { deviceId: string }) => say(`went ${deviceId}`),
      replaced: (device: { deviceId: string }, connection: string, told: Parameters<Peers['tell']>[0]) => {
        this.peers.tell(told);
        say(`replaced ${device.deviceId} ${connection}`);
      },
    };
    this.directory = new Directory(
      id,
      listener,
      () => medium.nowMs,
      () => wallMs + medium.nowMs,
    );
    this.peers = new Peers({
      self: id,
      directory: this.directory,
      timing: TIMING,
      nowMs: () => medium.nowMs,
      soon: (act) => medium.soon(act),
      send: async (to, message) => this.#send(to, message),
      cutOff: () => say('cut off'),
      reunited: () => say('reunited'),
      met: (node) => say(`met ${node}`),
      lost: (node, because) => say(`lost ${node} ${because}`),
      namesake: (node) => say(`namesake ${node}`),
    });
  }

  hear(bytes: Uint8Array): void {
    const received = decodeMessage(bytes);
    if (received?.message && received.message.kind !== 'post') {
      this.peers.heard({ ...received, message: received.message });
    }
  }

  join(deviceId: string, connection = 'c1'): void {
    this.#connections.set(deviceId, connection);
    this.peers.tell(this.directory.join({ wallet: 'w', deviceId }, connection, true));
    this.#medium.settle();
  }

  leave(deviceId: string): void {
    const connection = this.#connections.get(deviceId) ?? '';
    const left = this.directory.leave({ wallet: 'w', deviceId }, connection, false);
    if (left) this.peers.tell(left);
    this.#medium.settle();
  }

  /** Stands still, and goes on: what came meanwhile is heard then, before anything else. */
  freeze(): void {
    this.isRunning = false;
  }

  thaw(): void {
    this.isRunning = true;
    for (const bytes of this.held.splice(0)) this.hear(bytes);
    this.#medium.settle();
  }

  toggle(): void {
    if (this.isRunning) this.freeze();
    else this.thaw();
  }

  devices(): string[] {
    return this.directory.devicesOf('w');
  }

  /** Who is where, as it knows it. */
  view(): unknown[] {
    return this.devices().map((deviceId) => [deviceId, this.directory.nodeOf({ wallet: 'w', deviceId })]);
  }

  #send(to: string, message: Gossip): number {
    if (message.kind === 'ask') this.asked++;
    if (!this.isLinked) throw new Error('not connected');
    return this.#medium.put(this.id, to, message);
  }
}

/** What follows from messages that were sent has happened. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Two nodes that know each other, one device on each. */
async function pair() {
  const medium = new Medium();
  const [one, two] = [medium.add('one'), medium.add('two')];
  one.join('d1');
  two.join('d2');
  await turn();
  for (const { told } of medium.nodes) told.splice(0);
  return { medium, one, two };
}

describe('nodes that tell each other who is online', () => {
  it('know what the others have when they begin, and hear what changes', async () => {
    const medium = new Medium();
    const one = medium.add('one');
    one.join('d1');
    const two = medium.add('two');
    await turn();
    expect(two.devices()).toEqual(['d1']);
    expect(two.told).toEqual(['came d1', 'met one.0', 'reunited']);
    two.join('d2');
    one.leave('d1');
    expect([one.devices(), two.devices()]).toEqual([['d2'], ['d2']]);
    expect(one.told).toEqual(['met two.1', 'reunited', 'came d2']);
  });

  it('notice what they missed by the next sign of life', async () => {
    const { medium, one, two } = await pair();
    medium.loses = (from, to) => from === one.id && to === two.id;
    one.join('d3');
    one.leave('d1');
    medium.loses = () => false;
    expect(two.devices()).toEqual(['d1', 'd2']);
    medium.pass(1_000);
    expect(two.devices()).toEqual(['d2', 'd3']);
    expect(two.told).toEqual(['came d3', 'went d1']);
  });

  it('ask again where a snapshot is lost, once a second', async () => {
    const { medium, one, two } = await pair();
    medium.loses = (_from, _to, kind) => kind === 'changes';
    one.join('d3');
    medium.loses = (_from, _to, kind) => kind === 'snapshot';
    const askedBefore = two.asked;
    medium.pass(5_000);
    expect(two.asked - askedBefore).toBe(5);
    expect(two.devices()).toEqual(['d1', 'd2']);
    medium.loses = () => false;
    medium.pass(1_000);
    expect(two.devices()).toEqual(['d1', 'd2', 'd3']);
  });

  it('send large snapshots in parts', () => {
    const medium = new Medium();
    const one = medium.add('one');
    for (let index = 0; index < 4_321; index++) one.directory.join({ wallet: `w${index}`, deviceId: 'd' }, 'c', false);
    const two = medium.add('two');
    expect(two.directory.countOf(one.id)).toBe(4_321);
  });

  it('take a node for dead that is silent for four seconds, and put its devices back when it is heard again', async () => {
    const { medium, one, two } = await pair();
    two.freeze();
    medium.pass(4_000);
    expect(one.devices()).toEqual(['d1', 'd2']);
    medium.pass(1_000);
    expect([one.devices(), one.told]).toEqual([['d1'], ['went d2', 'lost two.1 silence']]);
    expect(one.directory.isAway('w', 'd2')).toBe(true);
    medium.pass(15_000);
    one.told.splice(0);
    two.thaw();
    medium.pass(2_000);
    await turn();
    expect(one.devices()).toEqual(['d1', 'd2']);
    expect(one.told).toEqual(['came d2', 'met two.1']);
    expect(two.told.filter((what) => !what.startsWith('cut'))).toEqual(['reunited']);
  });

  it('tell a node that stood still which of its devices have moved meanwhile', async () => {
    const { medium, one, two } = await pair();
    two.freeze();
    medium.pass(20_000);
    one.join('d2', 'moved');
    two.thaw();
    medium.pass(2_000);
    expect(two.told).toContain('replaced d2 c1');
    for (const { directory } of [one, two]) expect(directory.nodeOf({ wallet: 'w', deviceId: 'd2' })).toBe(one.id);
    expect(one.devices()).toEqual(['d1', 'd2']);
  });

  it('take nobody for dead while they are cut off themselves, and learn what they missed', async () => {
    const { medium, one, two } = await pair();
    one.isLinked = false;
    medium.loses = (from, to) => (from === one.id) !== (to === one.id) || to === one.id;
    one.peers.cut();
    medium.pass(10_000);
    two.join('d3');
    expect(one.peers.isCut).toBe(true);
    expect([one.devices(), one.told]).toEqual([['d1', 'd2'], ['cut off']]);
    expect(two.devices()).toEqual(['d2', 'd3']);
    one.isLinked = true;
    medium.loses = () => false;
    medium.pass(1_000);
    await turn();
    expect([one.told, two.told.slice(-2)]).toEqual([
      ['cut off', 'came d3', 'reunited'],
      ['came d1', 'met one.0'],
    ]);
    expect([one.devices(), two.devices()]).toEqual([
      ['d1', 'd2', 'd3'],
      ['d1', 'd2', 'd3'],
    ]);
  });

  it('notice by themselves that nothing comes back, before they take anybody for dead', async () => {
    const { medium, one } = await pair();
    medium.isFrozen = true;
    medium.pass(TIMING.silentMs);
    expect(one.told).toEqual(['cut off']);
    medium.pass(TIMING.isolatedMs);
    expect(one.told).toEqual(['cut off', 'went d2', 'lost two.1 silence']);
  });

  it('are not led astray by a flood of what was held up', async () => {
    const { medium, one, two } = await pair();
    medium.isFrozen = true;
    one.leave('d1');
    one.join('d3');
    medium.pass(20_000);
    expect([one.peers.isCut, two.peers.isCut]).toEqual([true, true]);
    medium.isFrozen = false;
    medium.settle();
    medium.pass(2_000);
    await turn();
    expect([one.devices(), two.devices()]).toEqual([
      ['d2', 'd3'],
      ['d2', 'd3'],
    ]);
    expect(one.told).toEqual(['cut off', 'reunited']);
    expect(two.told).toEqual(['cut off', 'went d1', 'came d3', 'reunited']);
  });

  it('do not bring devices back that a dead node told of, when its messages come late', async () => {
    const { medium, one, two } = await pair();
    const late: Uint8Array[] = [];
    const { id } = two;
    late.push(encodeMessage({ from: id, nowMs: 0 }, { kind: 'beat', seq: 1, count: 1, clock: 1 }));
    const join = { kind: 'join', wallet: 'w', deviceId: 'd9', clock: 9_999, rtc: true } as const;
    late.push(encodeMessage({ from: id, nowMs: 0 }, { kind: 'changes', seq: 2, changes: [join] }));
    two.freeze();
    medium.pass(6_000);
    for (const bytes of late) one.hear(bytes);
    expect(one.devices()).toEqual(['d1']);
    medium.pass(6_000);
    expect(one.told).toEqual(['went d2', 'lost two.1 silence']);
  });

  it('know that a node that was started again under its name is over', async () => {
    const { medium, one, two } = await pair();
    two.freeze();
    const again = medium.add('two');
    expect(one.devices()).toEqual(['d1']);
    expect(one.told).toEqual(['went d2', 'lost two.1 restart', 'met two.2']);
    again.join('d2');
    expect([one.devices(), again.devices()]).toEqual([
      ['d1', 'd2'],
      ['d1', 'd2'],
    ]);
    expect(two.told).toEqual([]);
  });

  it('go on where two nodes have one name, and say so', async () => {
    const { medium, one, two } = await pair();
    const other = medium.add('two');
    other.join('d3');
    medium.pass(2_000);
    expect(two.told).toContain('namesake two.2');
    for (const node of [one, two, other]) expect(node.devices().sort()).toEqual(['d1', 'd2', 'd3']);
  });

  it('take the devices of a node that says goodbye for away at once', async () => {
    const { medium, one, two } = await pair();
    await two.peers.bye();
    two.freeze();
    medium.settle();
    expect(one.told).toEqual(['went d2', 'lost two.1 goodbye']);
    expect(one.directory.isAway('w', 'd2')).toBe(true);
  });

  it('agree in the end, whatever is lost, cut and frozen on the way', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const medium = new Medium();
        const nodes = [medium.add('one', 9_000), medium.add('two', 10), medium.add('three', 100_000)];
        for (const [index, { kind, node, number }] of steps.entries()) {
          happen(kind, medium, nodes[node], number, `c${index}`);
        }
        medium.loses = () => false;
        for (const node of nodes) node.thaw();
        medium.pass(8_000);
        const [first, second, third] = nodes.map((node) => node.view());
        expect([second, third]).toEqual([first, first]);
        expect(nodes.map(({ peers }) => peers.isCut)).toEqual([false, false, false]);
      }),
      { numRuns: 200 },
    );
  });
});

const step = fc.record({
  kind: fc.constantFrom('join', 'leave', 'lose', 'freeze', 'pass'),
  node: fc.nat(2),
  number: fc.nat(9),
});

/** Something happens to a node. @param number names a device, or says whether messages are lost */
function happen(kind: string, medium: Medium, node: Node | undefined, number: number, connection: string): void {
  const deviceId = `d${number % 4}`;
  if (kind === 'join') node?.join(deviceId, connection);
  if (kind === 'leave') node?.leave(deviceId);
  // Every message of which the node is the one or the other end, or none any more.
  if (kind === 'lose') medium.loses = (from, to) => number > 2 && [from, to].includes(node?.id ?? '');
  if (kind === 'freeze') node?.toggle();
  if (kind === 'pass') medium.pass(number * 1_000);
}
