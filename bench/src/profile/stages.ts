import type { Profile } from '../link/pages/subject.ts';

/** The parts of connecting, in the order in which they are shown. */
export const STAGES = [
  'sign-in',
  'ICE fetch',
  'signalling',
  'gathering',
  'checks',
  'DTLS',
  'SCTP',
  'first message on the direct path',
] as const;

export type StageName = (typeof STAGES)[number];

/** When a part began and ended, milliseconds from the opening of the link. */
export interface Stage {
  readonly stage: StageName;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The parts of one connection, as far as the page knows of them; the milestones are those of its first attempt. */
export function stagesOf({ openedAtMs, connect, iceFetches, milestones, directAtMs }: Profile): Stage[] {
  const at = new Map(milestones.map(({ step, atMs }) => [step, atMs]));
  const stage = (name: StageName, fromAtMs: number | undefined, toAtMs: number | undefined): Stage[] =>
    fromAtMs === undefined || toAtMs === undefined
      ? []
      : [{ stage: name, fromMs: fromAtMs - openedAtMs, toMs: Math.max(fromAtMs, toAtMs) - openedAtMs }];
  const fetched = iceFetches.at(-1);
  return [
    ...stage('sign-in', connect.fromAtMs, connect.toAtMs),
    ...stage('ICE fetch', fetched?.fromAtMs, fetched?.toAtMs),
    ...stage('signalling', at.get('begun'), at.get('described')),
    ...stage('gathering', at.get('begun'), at.get('gathered')),
    ...stage('checks', at.get('checking'), at.get('connected')),
    ...stage('DTLS', at.get('connected'), at.get('secured')),
    ...stage('SCTP', at.get('secured'), at.get('open')),
    ...stage('first message on the direct path', at.get('open'), directAtMs),
  ];
}
