import type { LinkResult } from '../link/link.ts';
import type { SubjectName } from '../link/subjects.ts';
import type { machine } from '../machine.ts';
import type { ProfileRow } from '../profile/rows.ts';
import type { Spread } from '../spread.ts';
import type { Compared } from './plan.ts';

/** One subject on one pair of networks. */
export interface ConnectCell {
  /** Such as `home:home`. */
  readonly pair: string;
  readonly subject: SubjectName;
  readonly trials: number;
  /** Trials in which the first message arrived. */
  readonly connected: number;
  /** From the opening until the other side had the first message, of the trials that connected; milliseconds. */
  readonly firstMs: Spread | null;
  /** From the opening until messages took the direct path, where there is one. */
  readonly directMs: Spread | null;
  /** What went wrong otherwise than in time. */
  readonly errors: readonly string[];
}

/** What stands between sending and the other side's return. */
export type Absence = 'offline' | 'offline, and the server is restarted';

/** Messages to somebody who is not there, whose sender leaves before they come. */
export interface DeliverCell {
  readonly absence: Absence;
  readonly subject: SubjectName;
  readonly trials: number;
  /** Trials that were left out, because none of the subject's messages had ever arrived. */
  readonly skipped: number;
  /** Trials in which every message arrived. */
  readonly complete: number;
  readonly sent: number;
  readonly arrived: number;
  readonly errors: readonly string[];
}

/** What a page loads for a subject, minified, bytes after gzip. */
export interface SizeCell {
  readonly subject: SubjectName;
  readonly bytes: number;
  /** What it loads later, where it is needed. */
  readonly laterBytes: number;
}

/** What a subject's server takes. */
export interface ServerCell {
  readonly subject: SubjectName;
  /** Which program it is. */
  readonly server: string;
  readonly sockets: number;
  /** Resident memory of one idle connection, KiB. */
  readonly idleKib: number | null;
  /** Processor time for a thousand signals from one client to another, milliseconds. */
  readonly cpuMs: Spread | null;
}

/** All that was compared in one run. */
export interface CompareResult {
  /** ISO 8601. */
  readonly startedAt: string;
  /** The commit of the code that was run; with a `+` where files were changed. */
  readonly revision: string;
  readonly isQuick: boolean;
  /** What was run. */
  readonly parts: readonly Compared[];
  readonly subjects: readonly SubjectName[];
  /** Of what was measured, as installed. */
  readonly versions: Readonly<Record<string, string>>;
  readonly roundTripMs: number;
  readonly giveUpMs: number;
  readonly tookSeconds: number;
  readonly connect: readonly ConnectCell[];
  /** Where the time of anypath's connections went, home to home. */
  readonly profile: readonly ProfileRow[];
  readonly events: LinkResult['events'];
  readonly deliver: readonly DeliverCell[];
  readonly sizes: readonly SizeCell[];
  readonly servers: readonly ServerCell[];
}

/** A result, with what it was measured on. */
export type Report = CompareResult & { readonly bench: 'compare'; readonly machine: ReturnType<typeof machine> };

/** What each part of a run finds. */
const FOUND = {
  weigh: ['sizes', 'servers'],
  connect: ['connect', 'profile'],
  deliver: ['deliver'],
  survive: ['events'],
} as const satisfies Record<Compared, readonly (keyof CompareResult)[]>;

/**
 * Puts what was run apart together: the parts that the later run left out are taken from the earlier one.
 *
 * @returns the later one alone where the two were not run from the same code by the same plan
 */
export function together(earlier: CompareResult, later: CompareResult): CompareResult {
  const isSame = earlier.revision === later.revision && earlier.isQuick === later.isQuick;
  const missing = earlier.parts.filter((part) => !later.parts.includes(part));
  if (!isSame || missing.length === 0) return later;
  const kept = missing.flatMap((part) => FOUND[part]).map((field) => [field, earlier[field]]);
  return {
    ...later,
    ...Object.fromEntries(kept),
    startedAt: earlier.startedAt,
    parts: [...missing, ...later.parts],
    tookSeconds: earlier.tookSeconds + later.tookSeconds,
  };
}
