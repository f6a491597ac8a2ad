import { EVENTS } from '@anypath/lab/matrix/events';
import type { Pair } from '@anypath/lab/matrix/plan';
import { SUBJECTS, type SubjectName } from '../link/subjects.ts';

/** What is compared, each for itself. */
export const COMPARED = ['weigh', 'connect', 'deliver', 'survive'] as const;

export type Compared = (typeof COMPARED)[number];

/** How much is compared. */
export interface ComparePlan {
  readonly parts: readonly Compared[];
  readonly subjects: readonly SubjectName[];
  readonly pairs: readonly Pair[];
  /** Of each subject, for each pair of networks; and where there is a direct path, which is measured too. */
  readonly trials: { readonly relayed: number; readonly direct: number };
  /** Of each subject, for each way to be away. */
  readonly deliveries: number;
  /** A subject that has failed so often on a pair, and never connected, is not tried any more on it; across deliveries too. */
  readonly hopeless: number;
  /** Of anypath, and of each of the others, for each event. */
  readonly events: { readonly names: readonly string[]; readonly ours: number; readonly others: number };
  /** Connections to each server that do nothing; and to one whose clients are costly to make. */
  readonly sockets: { readonly each: number; readonly costly: number };
  /** How often the processor time of signals is measured, and how many signals each time. */
  readonly signals: { readonly rounds: number; readonly each: number };
  /** When something that is waited for is given up. */
  readonly giveUpMs: number;
}

/** Every class that stands for a kind of network with others at home, and pairs in which neither side is easy. */
const PAIRS: readonly Pair[] = [
  { a: 'home', b: 'home' },
  { a: 'mobile', b: 'mobile' },
  { a: 'corporate', b: 'home' },
  { a: 'corporateProxy', b: 'mobile' },
  { a: 'ultra', b: 'home' },
  { a: 'ultraNoWs', b: 'home' },
];

/** All of it, with every event of the lab, in about an hour and a half. */
export const FULL: ComparePlan = {
  parts: COMPARED,
  subjects: SUBJECTS,
  pairs: PAIRS,
  trials: { relayed: 5, direct: 10 },
  deliveries: 3,
  hopeless: 2,
  events: {
    names: EVENTS.map(({ name }) => name),
    ours: 10,
    others: 3,
  },
  sockets: { each: 5_000, costly: 500 },
  signals: { rounds: 5, each: 4_000 },
  giveUpMs: 20_000,
};

/** A look at all of it, in under ten minutes on two cores. */
export const QUICK: ComparePlan = {
  ...FULL,
  pairs: PAIRS.filter(({ a }) => ['home', 'corporate', 'ultraNoWs'].includes(a)),
  trials: { relayed: 3, direct: 3 },
  deliveries: 1,
  hopeless: 1,
  events: { names: ['udp-cut', 'address-change-silent'], ours: 1, others: 1 },
  sockets: { each: 1_500, costly: 500 },
  signals: { rounds: 2, each: 2_000 },
  giveUpMs: 10_000,
};

/** Whether two networks reach each other without a relay, so that there is a direct path to wait for. */
export const hasDirectPath = ({ a, b }: Pair): boolean => a === 'home' && b === 'home';

/** How often each subject connects on a pair of networks. */
export const trialsOf = ({ trials }: ComparePlan, pair: Pair): number =>
  hasDirectPath(pair) ? trials.direct : trials.relayed;
