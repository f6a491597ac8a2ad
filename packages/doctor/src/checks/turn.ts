import type { CheckRow, RowOf } from '@anypath/protocol';
import { isStunError, type TurnClient } from '@anypath/stun';
import { attempt, outcomeOf } from '../net/bounded.ts';
import { type Echo, echo, largestEcho, PACKET_SIZES, throughput } from '../net/echo.ts';
import { allocateAt, type Endpoint, proxyOfEndpoint } from '../net/endpoint.ts';
import { CheckError } from '../net/reason.ts';
import { CHECK_MS, type Scene } from '../scene.ts';
import { isPrivateAddress, joined } from '../verdict/addresses.ts';
import { allowedPeers } from './peers.ts';
import { round } from './stun.ts';

/** What is asked of TURN beside the standard. */
export interface TurnWishes {
  /** Whether private addresses are tried as peers. */
  readonly operator: boolean;
}

/** An allocation that answers, with packets through it; and what follows from it. */
export async function checkTurn(scene: Scene, endpoint: Endpoint, wishes: TurnWishes): Promise<CheckRow[]> {
  const row = rowOf(scene, endpoint);
  const made = await attempt(scene.signal, CHECK_MS, (signal) => allocateAt(scene, endpoint, signal));
  if (!made.ok) return [{ ...row, ...outcomeOf(made) }];
  const client = made.value;
  try {
    return await examined(scene, client, { ...row, allocateMs: round(made.ms) }, wishes);
  } finally {
    await client.close();
  }
}

/** As much as goes through, for two seconds. Made alone, so that nothing else is on the line. */
export async function measureThroughput(scene: Scene, endpoint: Endpoint): Promise<number | undefined> {
  const made = await attempt(scene.signal, CHECK_MS, async (signal) => {
    await using client = await allocateAt(scene, endpoint, signal);
    await client.permit(client.relayed.address, { signal });
    await client.bindChannel(client.relayed, { signal });
    return throughput(client, signal);
  });
  return made.ok ? made.value : undefined;
}

type Row = Omit<RowOf<'turn'>, 'outcome'>;

function rowOf(scene: Scene, endpoint: Endpoint): Row {
  const { uri, transport, port } = endpoint;
  return { check: 'turn', subject: uri, transport, port, viaProxy: proxyOfEndpoint(scene, endpoint) !== undefined };
}

async function examined(scene: Scene, client: TurnClient, row: Row, wishes: TurnWishes): Promise<CheckRow[]> {
  const { relayed, mapped } = client;
  const known = { ...row, relayed: joined(relayed.address, relayed.port), mapped: joined(mapped.address, mapped.port) };
  const peers = wishes.operator ? [await checkPeers(scene, client, row.subject)] : [];
  const result = await attempt(scene.signal, CHECK_MS, async (signal) => {
    await client.permit(relayed.address, { signal });
    return echo(client, signal);
  });
  if (!result.ok) return [{ ...known, ...ended(client, result) }, ...peers];
  const size =
    row.transport === 'udp' && result.value.received > 0 ? [await checkSize(scene, client, row.subject)] : [];
  return [{ ...known, ...echoed(result.value), ms: Math.round(result.ms) }, ...size, ...peers];
}

function echoed({ sent, received, rttMs, jitterMs }: Echo) {
  const numbers = {
    sent,
    received,
    ...(rttMs === undefined ? {} : { rttMs: round(rttMs) }),
    ...(jitterMs === undefined ? {} : { jitterMs: round(jitterMs) }),
  };
  if (received > 0) return { outcome: 'ok', ...numbers } as const;
  return { outcome: 'failed', reason: 'no_echo', ...numbers } as const;
}

/** That a relay denies its own address may be meant; one that gives out a private address is not used from outside. */
function ended(client: TurnClient, result: Parameters<typeof outcomeOf>[0]) {
  const isDenied = !result.ok && isStunError(result.error, 'rejected');
  const isHidden = isPrivateAddress(client.relayed.address) && !isPrivateAddress(client.mapped.address);
  if (isDenied && isHidden) return { outcome: 'failed', reason: 'private_address' } as const;
  return outcomeOf(result);
}

async function checkSize(scene: Scene, client: TurnClient, subject: string): Promise<RowOf<'mtu'>> {
  const triedBytes = Math.max(...PACKET_SIZES);
  const result = await attempt(scene.signal, CHECK_MS, (signal) => largestEcho(client, signal));
  const row = { check: 'mtu', subject, triedBytes } as const;
  if (!result.ok) return { ...row, ...outcomeOf(result) };
  const ms = Math.round(result.ms);
  if (result.value === undefined) return { ...row, outcome: 'unknown', reason: 'no_echo', ms };
  return { ...row, outcome: 'ok', ms, largestBytes: result.value };
}

async function checkPeers(scene: Scene, client: TurnClient, subject: string): Promise<RowOf<'peers'>> {
  const result = await attempt(scene.signal, CHECK_MS, (signal) => allowedPeers(client, signal));
  const row = { check: 'peers', subject } as const;
  if (!result.ok) return { ...row, ...outcomeOf(result), outcome: 'unknown', allowed: [] };
  const allowed = result.value;
  if (allowed.length === 0) return { ...row, outcome: 'ok', ms: Math.round(result.ms), allowed };
  return { ...row, outcome: 'failed', reason: 'failed', ms: Math.round(result.ms), allowed };
}

/** A row for an address that cannot be used at all. */
export function unusable(uri: string, error: unknown): RowOf<'turn'> {
  const detail = error instanceof CheckError || error instanceof Error ? error.message : String(error);
  return {
    check: 'turn',
    subject: uri,
    transport: 'udp',
    port: 0,
    viaProxy: false,
    outcome: 'unknown',
    reason: 'unsupported',
    detail,
  };
}
