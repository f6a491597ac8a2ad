import type { ProbeIo } from './probe.ts';

/** An address and a port, as the other side sees them. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** The port of the echo; the one above it belongs to the same host and is contacted by nobody. */
export const ECHO_PORT = 4000;

/** Answers each UDP packet with where it came from: `other` from the port above, anything else from the port contacted. */
export function udpEcho({ port, type }: { port: number; type: 'udp4' | 'udp6' }, io: ProbeIo): void {
  const { createSocket } = process.getBuiltinModule('node:dgram');
  // Each family has a responder of its own on the same port.
  const options = { type, ipv6Only: type === 'udp6' };
  const contacted = createSocket(options);
  const other = createSocket(options).bind(port + 1, () => contacted.bind(port, () => io.say('ready')));
  contacted.on('message', (packet, from) => {
    const text = packet.toString();
    const socket = text === 'other' ? other : contacted;
    const answer = { text, address: from.address, port: from.port };
    socket.send(JSON.stringify(answer), from.port, from.address, () => {});
  });
}

/** Sends one UDP packet, from a port that nobody was told of. */
export async function sendUdp({ to, text }: { to: Endpoint; text: string }): Promise<void> {
  const socket = process.getBuiltinModule('node:dgram').createSocket('udp4');
  await new Promise((sent) => socket.send(JSON.stringify({ text }), to.port, to.address, sent));
  socket.close();
}

/**
 * A UDP socket that does as it is told: `{ send: 'text', to: [endpoint, …] }`.
 * Says each packet that arrives, as `{ text, address?, port?, from }`.
 */
export async function udpSocket({ type }: { type: 'udp4' | 'udp6' }, io: ProbeIo): Promise<void> {
  const socket = process.getBuiltinModule('node:dgram').createSocket(type);
  socket.on('message', (packet, from) => io.say({ ...JSON.parse(packet.toString()), from: from.address }));
  socket.bind(0, () => io.say('ready'));
  for (;;) {
    const order = (await io.hear()) as { send: string; to: Endpoint[] } | null;
    if (!order) return;
    for (const { address, port } of order.to) socket.send(order.send, port, address, () => {});
  }
}

/**
 * Sends packets, fifty at a time, so that no socket's buffer overflows and what is lost was lost on the way.
 *
 * @param patienceMs how long fifty may be silent until the missing ones count as lost
 * @returns how many were answered
 */
export async function countAnswers(options: { to: Endpoint; packets: number; patienceMs: number }): Promise<number> {
  const { to, packets, patienceMs } = options;
  const socket = process.getBuiltinModule('node:dgram').createSocket(to.address.includes(':') ? 'udp6' : 'udp4');
  const batch = (size: number) =>
    new Promise<number>((resolve) => {
      let answers = 0;
      const end = () => {
        socket.removeAllListeners('message');
        resolve(answers);
      };
      let patience = setTimeout(end, patienceMs);
      socket.on('message', () => {
        answers += 1;
        clearTimeout(patience);
        if (answers === size) end();
        else patience = setTimeout(end, patienceMs);
      });
      for (let sent = 0; sent < size; sent += 1) socket.send(`${sent}`, to.port, to.address, () => {});
    });
  let total = 0;
  for (let left = packets; left > 0; left -= 50) total += await batch(Math.min(50, left));
  return total;
}
