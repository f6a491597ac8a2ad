import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../link/event-trial.ts';
import type { LinkLab, Station } from '../link/link-lab.ts';
import type { SubjectName } from '../link/subjects.ts';
import { inTime } from './in-time.ts';
import type { ComparePlan } from './plan.ts';
import type { Absence, DeliverCell } from './result.ts';

/** Messages are sent for so long, fifty a second. */
const TALK_MS = 500;
/** And their sender stays for so long after the last. */
const STAY_MS = 3_000;
/** And the other is back for so long. */
const BACK_MS = 6_000;
const POLL_MS = 200;
/** So long a page may take to be there. */
const PAGE_MS = 25_000;

/** What became of the messages of one trial. */
export interface DeliverTrial {
  readonly sent: number;
  readonly arrived: number;
}

/**
 * Has each subject send to somebody who was there before and has left. The sender leaves too; then the server is restarted, where that is
 * asked for, and the other comes back.
 */
export async function compareDelivery(
  lab: LinkLab,
  { subjects, deliveries, hopeless }: ComparePlan,
  say: (line: string) => void,
): Promise<DeliverCell[]> {
  const stations = { a: lab.station('home-1'), b: lab.station('home-2') };
  const cells: DeliverCell[] = [];
  const all = new Map(subjects.map((name): [SubjectName, DeliverTrial[]] => [name, []]));
  for (const absence of ['offline', 'offline, and the server is restarted'] as const) {
    const found = new Map(subjects.map((name): [SubjectName, Found] => [name, { trials: [], errors: [] }]));
    for (let trial = 1; trial <= deliveries; trial++) {
      for (const [name, mine] of found) {
        if (isHopeless(all.get(name) ?? [], hopeless)) continue;
        const told = await tryDelivery(lab, stations, absence, { name, mine });
        say(`${absence} ${trial}/${deliveries}, ${name}: ${told}`);
      }
    }
    for (const [name, { trials, errors }] of found) {
      const skipped = deliveries - trials.length - errors.length;
      cells.push({ ...deliverCell(absence, name, trials, errors), skipped });
      all.get(name)?.push(...trials);
    }
  }
  return cells;
}

interface Found {
  readonly trials: DeliverTrial[];
  readonly errors: string[];
}

const isHopeless = (trials: readonly DeliverTrial[], hopeless: number): boolean =>
  trials.length >= hopeless && trials.every(({ arrived }) => arrived === 0);

/** @returns how it went, in words */
async function tryDelivery(
  lab: LinkLab,
  stations: { readonly a: Station; readonly b: Station },
  absence: Absence,
  { name, mine }: { readonly name: SubjectName; readonly mine: Found },
): Promise<string> {
  try {
    const trial = await runDeliverTrial(lab, name, stations, absence);
    mine.trials.push(trial);
    return `${trial.arrived} of ${trial.sent} arrived`;
  } catch (cause) {
    mine.errors.push(messageOf(cause));
    return messageOf(cause);
  }
}

/** Puts the trials of one subject together. */
export function deliverCell(
  absence: Absence,
  subject: SubjectName,
  trials: readonly DeliverTrial[],
  errors: readonly string[],
): Omit<DeliverCell, 'skipped'> {
  const sum = (field: keyof DeliverTrial) => trials.reduce((so, trial) => so + trial[field], 0);
  const complete = trials.filter(({ sent, arrived }) => sent > 0 && arrived === sent).length;
  return {
    absence,
    subject,
    trials: trials.length,
    complete,
    sent: sum('sent'),
    arrived: sum('arrived'),
    errors,
  };
}

async function runDeliverTrial(
  lab: LinkLab,
  name: SubjectName,
  { a, b }: { readonly a: Station; readonly b: Station },
  absence: Absence,
): Promise<DeliverTrial> {
  const names = await lab.strangers(a, b);
  const caller = { me: names.a, peer: names.b };
  const callee = { me: names.b, peer: names.a };
  // The other side has been here before: nobody can write to somebody who never was.
  const before = await inTime(lab.page(name, b, callee), PAGE_MS, 'the page');
  await before[Symbol.asyncDispose]();
  const sender = await inTime(lab.page(name, a, caller), PAGE_MS, 'the page');
  await sender.talk();
  await delay(TALK_MS);
  await sender.hush();
  await delay(STAY_MS);
  const { sentAtMs } = await sender.account();
  await sender[Symbol.asyncDispose]();
  if (absence !== 'offline') await lab.server(name).restart();
  await using receiver = await inTime(lab.page(name, b, callee), PAGE_MS, 'the page');
  for (const untilMs = Date.now() + BACK_MS; ; await delay(POLL_MS)) {
    const { seen } = await receiver.account();
    const arrived = new Set(seen.map(({ number }) => number)).size;
    if (arrived >= sentAtMs.length || Date.now() >= untilMs) return { sent: sentAtMs.length, arrived };
  }
}
