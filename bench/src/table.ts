import type { ClusterResult, ClusterTraffic } from './cluster/cluster.ts';
import type { IceResult } from './ice/ice.ts';
import type { MailboxResult } from './mailbox/mailbox.ts';
import type { SealResult, SealTimes } from './seal/seal.ts';
import type { SignallingResult } from './signalling/signalling.ts';
import type { Spread } from './spread.ts';

const whole = (value: number): string => Math.round(value).toLocaleString('en');
const row = (name: string, { median, min, max }: Spread, show: (value: number) => string): string =>
  `${name.padEnd(34)} ${show(median).padStart(9)}  (${show(min)} to ${show(max)})`;

/** The ICE endpoint, for people. */
export function iceTable({ ours, reference, ratio, cpuRatio, memory, down }: IceResult): string {
  const [first, last] = [memory.at(0), memory.at(-1)];
  return [
    row('anypath, requests a second', ours, whole),
    row('bare Fastify, requests a second', reference, whole),
    row('ratio', ratio, (value) => value.toFixed(2)),
    ...(cpuRatio ? [row('ratio by processor time a request', cpuRatio, (value) => value.toFixed(2))] : []),
    row('503 with every provider down, ms', down, (value) => value.toFixed(1)),
    ...(first && last
      ? [
          `heap after ${whole(first.requests)} requests: ${first.heapMiB} MiB; after ${whole(last.requests)}: ${last.heapMiB} MiB`,
          `resident: ${first.residentMiB} MiB; ${last.residentMiB} MiB`,
        ]
      : []),
  ].join('\n');
}

/** Signalling, for people. */
export function signallingTable({ cpu, p99, idle }: SignallingResult): string {
  const two = (value: number): string => value.toFixed(2);
  return [
    row('anypath, processor µs a signal', cpu.ours, whole),
    row('bare Socket.IO, processor µs', cpu.reference, whole),
    row('ratio', cpu.ratio, two),
    row('anypath, p99 ms', p99.ours, two),
    row('bare Socket.IO, p99 ms', p99.reference, two),
    row('ratio', p99.ratio, two),
    `idle socket: ${idle.ours.toFixed(1)} beside ${idle.reference.toFixed(1)} KiB, ratio ${two(idle.ratio)} (${whole(idle.sockets)} sockets)`,
    `all back at once: ${idle.storm.seconds.toFixed(1)} s, ${idle.storm.refused} refused, event-loop delay p99 ${idle.storm.loopP99Ms.toFixed(0)} ms`,
  ].join('\n');
}

/** Sealing, for people. */
export function sealTable({ bytes, envelope1, envelope5, session, bare, handshake }: SealResult): string {
  const rows = (name: string, { seal, open }: SealTimes): string[] => [
    row(`${name}, seal, µs`, seal, whole),
    row(`${name}, open, µs`, open, whole),
  ];
  return [
    `a message of ${whole(bytes)} bytes`,
    ...rows('envelope for 1 device', envelope1),
    ...rows('envelope for 5 devices', envelope5),
    ...rows('session', session),
    ...rows('bare AES-256-GCM', bare),
    row('handshake, both sides, µs', handshake, whole),
  ].join('\n');
}

/** The mailbox, for people. */
export function mailboxTable({ ours, reference, ratio, perSync, sockets, http, one, drain }: MailboxResult): string {
  const two = (value: number): string => value.toFixed(2);
  return [
    row('mailbox, messages a second', ours, whole),
    row('bare SQLite in batches of 64', reference, whole),
    row('ratio', ratio, two),
    `messages that share a sync: ${whole(perSync)}`,
    row('over sockets, messages a second', sockets, whole),
    row('over HTTP, messages a second', http, whole),
    row('one message, p99 ms', one.ours, two),
    row('write and sync of the disk, p99 ms', one.disk, two),
    row('ratio', one.ratio, two),
    row(`draining ${whole(drain.messages)}: first tenth, a second`, drain.firstTenth, whole),
    row('last tenth', drain.lastTenth, whole),
  ].join('\n');
}

/** Several nodes, for people. */
export function clusterTable({ signals, frames, longFrames, idle }: ClusterResult): string {
  const two = (value: number): string => value.toFixed(2);
  const rows = (name: string, { two: ours, one, reference, ratio, cpu }: ClusterTraffic): string[] => [
    row(`${name} a second, two nodes`, ours, whole),
    row('both clients on one', one, whole),
    row('bare Socket.IO, two nodes', reference, whole),
    row('ratio', ratio, two),
    row('processor µs, two nodes', cpu.two, whole),
    row('both clients on one', cpu.one, whole),
    row('bare Socket.IO, two nodes', cpu.reference, whole),
    row('ratio', cpu.ratio, two),
  ];
  const [first, last] = [idle.steps.at(0), idle.steps.at(-1)];
  return [
    ...rows('signals', signals),
    ...rows('live frames', frames),
    ...rows('frames of 16 kB', longFrames),
    `idle socket: ${idle.kib.toFixed(1)} KiB (${whole(idle.sockets)} sockets); to connect: ${idle.cpuMs.toFixed(2)} ms of processor time`,
    ...(first && last
      ? [
          `from 100 to ${whole(first.sockets)}: ${first.kib.toFixed(1)} KiB each; the last ones, up to ${whole(last.sockets)}: ${last.kib.toFixed(1)}`,
        ]
      : []),
  ].join('\n');
}
