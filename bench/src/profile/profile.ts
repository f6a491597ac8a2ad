import { clientsOf } from '@anypath/lab/matrix/plan';
import { runConnectTrial } from '../link/connect-trial.ts';
import { LinkLab, ROUND_TRIP_MS } from '../link/link-lab.ts';
import { type ProfileRow, profileRows } from './rows.ts';
import type { Stage } from './stages.ts';

/** How much is measured. */
export interface ProfileOptions {
  readonly trials: number;
}

/** Where the time of a connection goes, from home to home. */
export interface ProfileResult {
  readonly roundTripMs: number;
  readonly rows: readonly ProfileRow[];
}

const GIVE_UP_MS = 20_000;

/**
 * Connects two homes again and again, and reads the caller's trace of its link.
 *
 * @throws Error where one of them gets no direct path in time
 */
export async function profile({ trials }: ProfileOptions, say: (line: string) => void): Promise<ProfileResult> {
  await using lab = await LinkLab.open(clientsOf([{ a: 'home', b: 'home' }]), ['anypath']);
  const stations = { a: lab.station('home-1'), b: lab.station('home-2') };
  const found: (readonly Stage[])[] = [];
  for (let trial = 1; trial <= trials; trial++) {
    const { stages } = await runConnectTrial(lab, 'anypath', stations, GIVE_UP_MS);
    if (!stages) throw new Error(`no direct path within ${GIVE_UP_MS / 1000} s`);
    found.push(stages);
    say(
      `${trial}/${trials}: ${stages.map(({ stage, fromMs, toMs }) => `${stage} ${Math.round(toMs - fromMs)}`).join(', ')} ms`,
    );
  }
  return { roundTripMs: ROUND_TRIP_MS, rows: profileRows(found) };
}
