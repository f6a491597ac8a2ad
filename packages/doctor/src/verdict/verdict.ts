import type { Examination, Finding, Verdict } from '@anypath/protocol';
import { Evidence, isOk } from './evidence.ts';
import { accessFindings, socketFindings } from './findings/access.ts';
import { finding, NOTE } from './findings/finding.ts';
import { certificateFindings, reachFindings } from './findings/reach.ts';
import { interceptionFindings, turnFindings } from './findings/turn.ts';
import { udpFindings } from './findings/udp.ts';
import { networkOf } from './network-class.ts';
import { pathsOf } from './paths.ts';

/** Judges an examination. Pure: the same rows give the same verdict, wherever and whenever. */
export function verdictOf(examination: Examination): Verdict {
  const evidence = new Evidence(examination);
  const network = networkOf(evidence);
  const paths = pathsOf(evidence, network.class);
  const findings = [
    ...reachFindings(evidence),
    ...certificateFindings(evidence),
    ...accessFindings(evidence),
    ...socketFindings(evidence),
    ...interceptionFindings(evidence),
    ...turnFindings(evidence),
    ...udpFindings(evidence, network.class),
    ...earlyFindings(evidence),
  ].sort(byWeight);
  return { status: statusOf(evidence, findings), network, paths, findings };
}

const SEVERITIES: readonly Finding['severity'][] = ['problem', 'warning', 'note'];

/** Sorting is stable: within a severity the order is from the outside in, and causes come before what follows from them. */
const byWeight = (a: Finding, b: Finding): number => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);

function earlyFindings(evidence: Evidence): Finding[] {
  const late = evidence.examination.checks.filter(({ reason }) => reason === 'deadline');
  return late.length === 0 ? [] : [finding('ended_early', NOTE, { checks: late.length })];
}

function statusOf(evidence: Evidence, findings: readonly Finding[]): Verdict['status'] {
  const turns = evidence.rows('turn');
  const sockets = evidence.rows('socket');
  const turnWorks = turns.some(isOk);
  const isServer = evidence.examination.target.kind === 'server';
  const talks = turnWorks || (isServer && sockets.some(isOk));
  if (!talks) return 'broken';
  const hasProblem = findings.some(({ severity }) => severity === 'problem');
  const isHalf = isServer ? !sockets.some(isOk) || (turns.length > 0 && !turnWorks) : turns.some((row) => !isOk(row));
  return hasProblem || isHalf ? 'degraded' : 'good';
}

/** What a program ends with: 0 all is well, 1 people can talk though something fails, 2 nothing works. */
export const EXIT_STATUS: Readonly<Record<Verdict['status'], number>> = { good: 0, degraded: 1, broken: 2 };
