import { randomBytes } from 'node:crypto';
import { isStunError, TurnClient, type TurnCredentials } from '@anypath/stun';
import { attempt } from '../net/bounded.ts';
import { printable } from '../net/reason.ts';
import { credentialsOf, type TurnAccess } from '../target.ts';
import type { AttackName, AttackRow, Judgement } from './report.ts';

/** What is attacked, and with what. */
export interface AttackTarget {
  /** As it was given: a name or an address. */
  readonly host: string;
  /** UDP and TCP. */
  readonly port: number;
  /** Where TLS is. */
  readonly tlsPorts: readonly number[];
  /** Credentials that are good: an attacker is a user first. */
  readonly access: TurnAccess;
  /** So many allocations at a time are more than one user should have. */
  readonly allocations: number;
}

/** Everything that an attack needs. */
export interface AttackScene {
  readonly target: AttackTarget;
  /** The first address of the host, which is talked to. */
  readonly address: string;
  /** How allocations are made: over UDP, or over TCP where UDP does not get there. */
  readonly transport: 'udp' | 'tcp';
  /** Good for the whole run. */
  readonly credentials: TurnCredentials;
  /** Aborts at the end of the whole run. */
  readonly signal: AbortSignal;
  /** Told each attack as it ends. */
  readonly progress: (row: AttackRow) => void;
}

/** Longer than a refusal takes from anywhere on earth, with a request lost. */
export const ANSWER_MS = 2_500;
/** Time to the first retransmission, milliseconds. */
const RTO_MS = 250;

/** What an allocation may differ in. */
export interface AttackAllocation {
  readonly credentials?: TurnCredentials;
  readonly transport?: 'udp' | 'tcp';
  readonly relayedFamily?: 4 | 6;
  readonly relayedTransport?: 'udp' | 'tcp';
}

/**
 * Good credentials, of a user that nobody has been before where the server has a secret: a server counts allocations for a
 * while after they are freed, those of an earlier run too.
 */
export const freshCredentials = ({ access }: AttackTarget): TurnCredentials =>
  credentialsOf(access, Date.now(), `attack-${randomBytes(6).toString('hex')}`);

/**
 * Makes an allocation, with good credentials unless others are given.
 *
 * @throws as `TurnClient.allocate`
 */
export function allocateOn(
  {
    target,
    address,
    transport,
    credentials: good,
  }: Pick<AttackScene, 'target' | 'address' | 'transport' | 'credentials'>,
  signal: AbortSignal,
  allocation: AttackAllocation = {},
): Promise<TurnClient> {
  const { credentials = good, relayedFamily, relayedTransport } = allocation;
  const uri = {
    scheme: 'turn',
    host: address,
    port: target.port,
    transport: allocation.transport ?? transport,
  } as const;
  const options = { signal, timeoutMs: Infinity, rtoMs: RTO_MS, relayedFamily, relayedTransport };
  return TurnClient.allocate(uri, credentials, options);
}

/**
 * Carries out one attack within its time. What fails without an answer of the server is unknown.
 *
 * @param work throws where it learns nothing
 */
export async function judged(
  scene: AttackScene,
  name: { readonly attack: AttackName; readonly subject: string },
  work: (signal: AbortSignal) => Promise<Judgement>,
  timeoutMs = ANSWER_MS,
): Promise<AttackRow> {
  const result = await attempt(scene.signal, timeoutMs, work);
  const judgement: Judgement = result.ok ? result.value : { outcome: 'unknown', detail: result.detail };
  const row = { ...name, ...judgement, ms: Math.round(result.ms) };
  scene.progress(row);
  return row;
}

/**
 * Judges a request by its answer: a success is through, an error response is a refusal.
 *
 * @throws whatever is no answer
 */
export async function answered(request: Promise<unknown>, granted = 'granted'): Promise<Judgement> {
  try {
    await request;
    return { outcome: 'through', detail: granted };
  } catch (error) {
    return refusalOf(error);
  }
}

/** @throws the error, where it is not an answer of the server */
export function refusalOf(error: unknown): Judgement {
  if (isStunError(error, 'rejected') || isStunError(error, 'unauthorized')) {
    return { outcome: 'refused', detail: printable(`${error.turnCode ?? ''} ${error.reason ?? ''}`) };
  }
  throw error;
}
