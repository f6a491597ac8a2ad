import type { ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Cable, Plug } from './cable.ts';
import { run } from './command.ts';
import type { Namespace } from './namespace.ts';
import { Probe, type ProbeIo } from './probe.ts';

/** One cable of the pump: where it takes packets, and where it hands on those of the other end. */
interface DelayLine {
  readonly delayMs: number;
  /** UDP ports on loopback: the pump's own for each end, and that of whoever holds the interface of that end. */
  readonly ends: readonly [PumpEnd, PumpEnd];
}

interface PumpEnd {
  readonly pump: number;
  readonly holder: number;
}

/** The wires have a namespace to themselves, in which every port from here on is free. */
const FIRST_PORT = 10_000;
const PORTS_FOR_A_CABLE = 4;

/** @returns whether a cable is more than the kernel can make */
export function isDelayed(cable: Cable): boolean {
  return cable.delayMs > 0;
}

/**
 * Cables on which packets take time. Not every kernel can delay packets (`netem` is a module that many lack), so each
 * end is a TAP interface whose frames socat carries over UDP to one pump, which hands them to the other end later.
 * That is good for about 100 Mbit/s.
 */
export class DelayedCables {
  readonly #wires: Namespace;
  #pump: Promise<Probe> | undefined;
  #count = 0;

  /** @param wires a namespace that is not there yet; it is made for the first cable */
  constructor(wires: Namespace) {
    this.#wires = wires;
  }

  /** Makes a cable between two namespaces. Its interfaces are down, as those of a new veth are. */
  async add({ ends, delayMs }: Cable): Promise<void> {
    const number = this.#count++;
    const port = FIRST_PORT + PORTS_FOR_A_CABLE * number;
    const [left, right] = [
      { pump: port, holder: port + 1 },
      { pump: port + 2, holder: port + 3 },
    ];
    this.#pump ??= this.#startPump();
    const pump = await this.#pump;
    const line: DelayLine = { delayMs, ends: [left, right] };
    // The pump answers in the order in which it is told, however many cables are added at once.
    pump.tell(line);
    await pump.next();
    await Promise.all([this.#hold(`c${number}a`, ends[0], left), this.#hold(`c${number}b`, ends[1], right)]);
  }

  async #startPump(): Promise<Probe> {
    mkdirSync(this.#wires.folder, { recursive: true });
    await run('ip', ['netns', 'add', this.#wires.name]);
    await this.#wires.configure('link set lo up');
    return Probe.start(this.#wires, pumpPackets, null);
  }

  /** Makes the interface of one end, and moves it to where it belongs. */
  async #hold(name: string, { namespace, device }: Plug, { pump, holder }: PumpEnd): Promise<void> {
    const tap = `TUN,tun-type=tap,tun-name=${name},iff-no-pi`;
    const carrier = `UDP4:127.0.0.1:${pump},bind=127.0.0.1:${holder}`;
    const socat = this.#wires.spawn('socat', ['-d', '-d', '-b', '65536', tap, carrier], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await saying(socat, 'starting data transfer');
    await this.#wires.configure(`link set ${name} netns ${namespace.name} name ${device}`);
  }
}

/** Waits until a program has said something; goes on reading, since a full pipe would stop it. */
async function saying(program: ChildProcess, text: string): Promise<void> {
  const { stderr } = program;
  if (!stderr) throw new Error('there is nothing to read from');
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: stderr }).on('line', (line) => {
      said.push(line);
      if (line.includes(text)) resolve();
    });
    program.once('close', () => reject(new Error(`${program.spawnargs.join(' ')} has ended: ${said.join('; ')}`)));
  });
}

/** Runs in a process of its own; opens each line that it hears of. */
async function pumpPackets(_: null, io: ProbeIo): Promise<void> {
  const { createSocket } = process.getBuiltinModule('node:dgram');
  const { once: event } = process.getBuiltinModule('node:events');
  const loopback = '127.0.0.1';
  for (let line = (await io.hear()) as DelayLine | null; line; line = (await io.hear()) as DelayLine | null) {
    const { delayMs, ends } = line;
    const sockets = ends.map(({ pump }) =>
      createSocket({ type: 'udp4', recvBufferSize: 4_194_304 }).bind(pump, loopback),
    );
    await Promise.all(sockets.map((socket) => event(socket, 'listening')));
    for (const [index, socket] of sockets.entries()) {
      const other = sockets[1 - index];
      const port = ends[1 - index]?.holder;
      // Timers of one length fire in the order in which they were set, so packets keep theirs.
      socket.on('message', (packet) => setTimeout(() => other?.send(packet, port, loopback), delayMs));
      // The holder of that end is gone, and the cable with it.
      socket.on('error', () => {});
    }
    io.say('open');
  }
}
