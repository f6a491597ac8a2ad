import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Surroundings } from './placement.ts';

/** A port that a deployment serves. */
export interface ServedPort {
  readonly port: number;
  readonly transport: 'tcp' | 'udp';
}

/** What `deploy/compose.yaml` serves, without the range of the relay. */
export const SERVED_PORTS: readonly ServedPort[] = [
  { port: 80, transport: 'tcp' },
  { port: 443, transport: 'tcp' },
  { port: 3478, transport: 'tcp' },
  { port: 3478, transport: 'udp' },
  { port: 5349, transport: 'tcp' },
];

/** Addresses of the world, to which nothing is sent: the system only says which of its own it would send from. */
const ELSEWHERE = { udp4: '192.0.2.1', udp6: '2001:db8::1' } as const;
const CONNECT_MS = 1000;

/**
 * The addresses that a name has.
 *
 * @returns none where it does not resolve
 */
export async function addressesOf(name: string): Promise<string[]> {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}

/** What this machine knows of itself. */
export async function surroundings(resolved: readonly string[]): Promise<Surroundings> {
  const own = Object.values(networkInterfaces()).flatMap((rows = []) => rows.map(({ address }) => address));
  const outgoing = await Promise.all([outgoingAddress('udp4'), outgoingAddress('udp6')]);
  return { resolved, own, outgoing: outgoing.filter((address) => address !== undefined) };
}

async function outgoingAddress(family: keyof typeof ELSEWHERE): Promise<string | undefined> {
  const socket = createSocket(family);
  try {
    socket.connect(9, ELSEWHERE[family]);
    await once(socket, 'connect');
    return socket.address().address;
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}

/**
 * Ports that another program has already.
 *
 * @param ports which to look at
 */
export async function takenPorts(ports: readonly ServedPort[] = SERVED_PORTS): Promise<ServedPort[]> {
  const taken = await Promise.all(ports.map(async (row) => ({ row, isTaken: await isTaken(row) })));
  return taken.filter(({ isTaken }) => isTaken).map(({ row }) => row);
}

const isTaken = ({ port, transport }: ServedPort): Promise<boolean> =>
  transport === 'tcp' ? isTcpTaken(port) : isUdpTaken(port);

async function isTcpTaken(port: number): Promise<boolean> {
  const server = createServer().listen({ port, host: '0.0.0.0', exclusive: true });
  try {
    await once(server, 'listening');
    server.close();
    return false;
  } catch (error) {
    // Who may not listen there can still see whether somebody does.
    return codeOf(error) === 'EADDRINUSE' || (codeOf(error) === 'EACCES' && (await answers(port)));
  }
}

async function isUdpTaken(port: number): Promise<boolean> {
  const socket = createSocket('udp4').bind({ port, address: '0.0.0.0', exclusive: true });
  try {
    await once(socket, 'listening');
    socket.close();
    return false;
  } catch (error) {
    return codeOf(error) === 'EADDRINUSE';
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1', timeout: CONNECT_MS });
  socket.on('timeout', () => socket.destroy(new Error('timeout')));
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
