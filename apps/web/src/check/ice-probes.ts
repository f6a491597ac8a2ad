import { joined, partsOfUri } from '@anypath/doctor/verdict';
import type { CheckRow, CheckTransport, RowOf } from '@anypath/protocol';
import { bounded, ProbeError } from './bounded.ts';
import { connectPair, type Pair } from './peers.ts';
import { meanOf } from './socket-probe.ts';

/** One address, with what it takes to use it. */
interface Address {
  readonly url: string;
  readonly server: RTCIceServer;
}

/** Examines every address by itself, and what the router does to UDP. */
export async function probeIceServers(servers: readonly RTCIceServer[], emit: (row: CheckRow) => void): Promise<void> {
  const addresses = servers.flatMap((server) =>
    [server.urls].flat().map((url) => ({ url, server: { ...server, urls: url } })),
  );
  const turn = addresses.filter(({ url }) => /^turns?:/.test(url));
  const overUdp = turn.find(({ url }) => transportOf(url) === 'udp');
  await Promise.all([
    ...addresses.filter(({ url }) => /^stuns?:/.test(url)).map(async (each) => emit(await probeStun(each))),
    ...turn.map(async (each) => emit(await probeTurn(each))),
    ...(overUdp ? [probeUdp(overUdp, addresses).then((rows) => rows.forEach(emit))] : []),
  ]);
}

const transportOf = (url: string): CheckTransport => {
  const { transport } = partsOfUri(url);
  return transport === 'tls' || transport === 'tcp' ? transport : 'udp';
};

const common = ({ url }: Address) => ({
  subject: url,
  transport: transportOf(url),
  port: partsOfUri(url).port,
  viaProxy: false,
});

/** A browser tells this page's address as a candidate, unless it is the one that it has anyway. */
async function probeStun(address: Address): Promise<RowOf<'stun'>> {
  const { value, fields } = await bounded((signal) => gathered([address.server], signal));
  const row = { check: 'stun', ...common(address) } as const;
  if (!value) return { ...row, ...fields };
  const [first] = value.candidates.filter(({ type }) => type === 'srflx');
  if (first?.address && first.port !== null) return { ...row, ...fields, mapped: shown(first.address, first.port) };
  if (value.failed) return { ...row, ...fields, outcome: 'failed', reason: 'timeout' };
  return { ...row, ...fields, outcome: 'unknown', reason: 'not_tried' };
}

/** Chromium writes IPv6 addresses of candidates in brackets. */
const shown = (address: string, port: number): string => joined(address.replace(/^\[|\]$/g, ''), port);

interface Gathered {
  readonly candidates: readonly RTCIceCandidate[];
  /** Whether a server did not answer. */
  readonly failed: boolean;
}

async function gathered(iceServers: readonly RTCIceServer[], signal: AbortSignal): Promise<Gathered> {
  const connection = new RTCPeerConnection({ iceServers: [...iceServers] });
  try {
    connection.createDataChannel('check');
    const candidates: RTCIceCandidate[] = [];
    let failed = false;
    connection.addEventListener('icecandidateerror', () => {
      failed = true;
    });
    const ended = new Promise<void>((resolve, reject) => {
      connection.addEventListener('icecandidate', ({ candidate }) => {
        if (candidate?.candidate) candidates.push(candidate);
        if (!candidate || candidate.type === 'srflx') resolve();
      });
      signal.addEventListener('abort', () => reject(new ProbeError('timeout')));
    });
    await connection.setLocalDescription();
    await ended;
    return { candidates, failed };
  } finally {
    connection.close();
  }
}

const PACKETS = 50;
const EVERY_MS = 20;
const LINGER_MS = 400;

/** Two ends that may use this relay alone, and packets from one to the other and back. */
async function probeTurn(address: Address): Promise<RowOf<'turn'>> {
  const config: RTCConfiguration = { iceServers: [address.server], iceTransportPolicy: 'relay' };
  const row = { check: 'turn', ...common(address) } as const;
  const { value, fields } = await bounded(async (signal) => {
    const startedMs = performance.now();
    const pair = await connectPair({ near: config, far: config }, signal);
    try {
      const allocateMs = Math.round(performance.now() - startedMs);
      return { allocateMs, ...(await packets(pair.channel)), ...(await relayedAddress(pair)) };
    } finally {
      pair.close();
    }
  });
  if (!value) return { ...row, ...fields };
  const { trips, ...facts } = value;
  if (trips.length === 0) return { ...row, ...facts, outcome: 'failed', reason: 'no_echo', received: 0 };
  return { ...row, ...fields, ...facts, received: trips.length, rttMs: meanOf(trips), ...jitterOf(trips) };
}

function jitterOf(trips: readonly number[]) {
  const steps = trips.slice(1).map((trip, at) => Math.abs(trip - (trips[at] ?? trip)));
  return steps.length === 0 ? {} : { jitterMs: meanOf(steps) };
}

async function packets(channel: RTCDataChannel): Promise<{ sent: number; trips: number[] }> {
  const trips: number[] = [];
  const sentMs = new Map<number, number>();
  channel.addEventListener('message', ({ data }) => {
    const at = sentMs.get(Number(data));
    if (at !== undefined) trips.push(performance.now() - at);
  });
  for (let number = 0; number < PACKETS && channel.readyState === 'open'; number++) {
    sentMs.set(number, performance.now());
    channel.send(String(number));
    await wait(EVERY_MS);
  }
  await wait(LINGER_MS);
  return { sent: sentMs.size, trips };
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function relayedAddress({ near }: Pair): Promise<{ relayed: string } | Record<never, never>> {
  for (const stat of (await near.getStats()).values()) {
    const { type, candidateType, address, port } = stat as Record<string, unknown>;
    if (type === 'local-candidate' && candidateType === 'relay' && typeof address === 'string') {
      return { relayed: shown(address, Number(port)) };
    }
  }
  return {};
}

/**
 * One end without TURN, one that may use TURN over UDP alone: where they meet, the relay's ports are reached. By which port
 * the relay sees the other end tells how its router maps: the one that STUN saw, or another.
 */
async function probeUdp(turn: Address, addresses: readonly Address[]): Promise<CheckRow[]> {
  const range = { check: 'range', subject: turn.url } as const;
  const stun = addresses.filter(({ url }) => transportOf(url) === 'udp').map(({ server }) => server);
  const { value, fields } = await bounded(async (signal) => {
    const seen: RTCIceCandidate[] = [];
    const tells = (candidate: RTCIceCandidate) => {
      if (candidate.protocol !== 'udp' || candidate.type === 'relay') return false;
      seen.push(candidate);
      return true;
    };
    const far: RTCConfiguration = { iceServers: [turn.server], iceTransportPolicy: 'relay' };
    const pair = await connectPair({ near: { iceServers: stun }, far, tells }, signal);
    try {
      return mappingOf(await portOfNear(pair.far), seen);
    } finally {
      pair.close();
    }
  });
  // Behind a firewall without UDP it fails, too, and nothing is to be learned of the relay.
  if (!value) return [{ ...range, ...fields, outcome: 'unknown' }];
  const nat = { check: 'nat', subject: turn.url, outcome: 'ok', filtering: 'unknown', observations: 2 } as const;
  return [
    { ...range, ...fields },
    { ...nat, mapping: value },
  ];
}

/**
 * The relay sees the port that STUN saw, or another one. By its kind it cannot be told: packets may arrive before the
 * candidate that announces them.
 *
 * @param port by which the relay sees the near end
 */
function mappingOf(port: number | undefined, seen: readonly RTCIceCandidate[]): RowOf<'nat'>['mapping'] {
  const mapped = seen.filter(({ type }) => type === 'srflx');
  const isAmong = (candidates: readonly RTCIceCandidate[]) => candidates.some((each) => each.port === port);
  if (port === undefined) return 'unknown';
  if (isAmong(mapped)) return 'endpoint-independent';
  if (mapped.length > 0) return 'address-and-port-dependent';
  return isAmong(seen) ? 'none' : 'unknown';
}

async function portOfNear(far: RTCPeerConnection): Promise<number | undefined> {
  const stats = [...(await far.getStats()).values()] as Record<string, unknown>[];
  const pair = stats.find(
    (stat) => stat['type'] === 'candidate-pair' && stat['nominated'] === true && stat['state'] === 'succeeded',
  );
  const remote = stats.find((stat) => stat['id'] === pair?.['remoteCandidateId']);
  const port = remote?.['port'];
  return typeof port === 'number' ? port : undefined;
}
