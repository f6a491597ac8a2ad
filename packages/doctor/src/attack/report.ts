/** What an attack aims at. */
export const ATTACKS = [
  'credentials',
  'permission',
  'channel',
  'tcp_relay',
  'machine',
  'unpermitted',
  'console',
  'tls',
  'amplification',
  'quota',
] as const;

/** One of them. */
export type AttackName = (typeof ATTACKS)[number];

/**
 * How an attack ended: the server refused, it let it through, or nobody knows, because no answer came. Unknown is neither of
 * the others.
 */
export type AttackOutcome = 'refused' | 'through' | 'unknown';

/** What an attack found out. */
export interface Judgement {
  readonly outcome: AttackOutcome;
  /** For experts: the server's answer, one line. */
  readonly detail: string;
}

/** One attack. */
export interface AttackRow extends Judgement {
  readonly attack: AttackName;
  /** What it was tried with or on: an address, a kind of credentials, a version. */
  readonly subject: string;
  /** Milliseconds. */
  readonly ms: number;
}

/** Everything that was tried on a server. */
export interface AttackReport {
  readonly host: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly tookMs: number;
  /** How many attacks there were. */
  readonly tried: number;
  /** Those that got through, as attack and subject. */
  readonly through: readonly string[];
  /** Those of which nothing is known. */
  readonly unknown: readonly string[];
  readonly rows: readonly AttackRow[];
}

/** What the command ends with: 0 where everything was refused, 1 where something got through, 2 where something is unknown. */
export function attackExitStatus({ through, unknown }: AttackReport): 0 | 1 | 2 {
  if (through.length > 0) return 1;
  return unknown.length > 0 ? 2 : 0;
}

/** @param rows every attack, in the order in which they are shown */
export function reportOf(host: string, startedMs: number, tookMs: number, rows: readonly AttackRow[]): AttackReport {
  const named = (outcome: AttackOutcome) =>
    rows.filter((row) => row.outcome === outcome).map(({ attack, subject }) => `${attack} ${subject}`);
  return {
    host,
    startedAt: new Date(startedMs).toISOString(),
    tookMs,
    tried: rows.length,
    through: named('through'),
    unknown: named('unknown'),
    rows,
  };
}
