import type { LinkResult } from '../link/link.ts';
import type { SubjectName } from '../link/subjects.ts';
import type { Spread } from '../spread.ts';

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
  /** Why something was not measured. */
  readonly reason?: string;
}

/** All that was compared in one run. */
export interface CompareResult {
  /** ISO 8601. */
  readonly startedAt: string;
  /** The commit of the code that was run; with a `+` where files were changed. */
  readonly revision: string;
  readonly isQuick: boolean;
  /** Of what was measured, as installed. */
  readonly versions: Readonly<Record<string, string>>;
  readonly roundTripMs: number;
  readonly giveUpMs: number;
  readonly tookSeconds: number;
  readonly connect: readonly ConnectCell[];
  readonly events: LinkResult['events'];
  readonly deliver: readonly DeliverCell[];
  readonly sizes: readonly SizeCell[];
  readonly servers: readonly ServerCell[];
}
