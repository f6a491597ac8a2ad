import { setTimeout as delay } from 'node:timers/promises';
import { DEPLOYMENT_HOSTS, type Deployment, deploy } from '../deployment/deployment.ts';
import type { ClassName } from '../matrix/plan.ts';
import { runJobs } from '../matrix/schedule.ts';
import type { Client } from '../network/client.ts';
import { LabNetwork } from '../network/lab-network.ts';
import { evaluate } from '../network/probe.ts';
import { TOPOLOGIES } from '../network/topologies.ts';
import { EXPECTED } from './classes.ts';
import { FAULTS, type Fault, type FaultyNetwork } from './faults.ts';
import { runDoctor, type Said } from './run-doctor.ts';

/** What the doctor said in one class of network. */
export interface ClassRow {
  readonly class: ClassName;
  /** The class, and its traits in brackets. */
  readonly said: string;
  readonly ok: boolean;
  /** How long the examination took, by its own clock, milliseconds. */
  readonly tookMs: number;
  readonly exitStatus: number | null;
}

/** What the doctor said of one broken server. */
export interface FaultRow {
  readonly fault: string;
  /** The causes that it named, the most important first. */
  readonly said: string;
  readonly ok: boolean;
  readonly tookMs: number;
  readonly exitStatus: number | null;
}

/** What `npm run lab -- doctor` writes. */
export interface DoctorRounds {
  readonly classes: readonly ClassRow[];
  readonly faults: readonly FaultRow[];
}

/** What to visit. */
export interface RoundsPlan {
  readonly classes: readonly ClassName[];
  /** Names of faults. */
  readonly faults: readonly string[];
  /** Told how far it is. */
  readonly say: (line: string) => void;
  /** Told everything that the doctor said. */
  readonly keep?: (name: string, said: Said) => void;
}

/** Doctors that run at the same time: each has a few dozen sockets and hardly any work. */
const AT_ONCE = 2;
const SETTLED_WITHIN_MS = 30_000;
const POLL_MS = 200;

/** Who visits the broken servers: somebody at home, whose own network breaks nothing. */
const VISITOR = 'visitor';

/** Runs the doctor inside every class of network, and then against every broken server. */
export async function runRounds(plan: RoundsPlan): Promise<DoctorRounds> {
  await using network = await LabNetwork.open({ hosts: DEPLOYMENT_HOSTS });
  const topologies = Object.fromEntries(plan.classes.map((name) => [name, TOPOLOGIES[name]()]));
  const clients = await network.join({ ...topologies, [VISITOR]: TOPOLOGIES.home() });
  const classes = plan.classes.length > 0 ? await visitClasses(network, clients, plan) : [];
  const faults: FaultRow[] = [];
  const visitor = clients[VISITOR];
  if (!visitor) throw new Error('the lab has no visitor');
  for (const fault of FAULTS.filter(({ name }) => plan.faults.includes(name))) {
    faults.push(await visitFault(network, visitor, fault, plan));
  }
  return { classes, faults };
}

async function visitClasses(
  network: FaultyNetwork,
  clients: Readonly<Record<string, Client>>,
  plan: RoundsPlan,
): Promise<ClassRow[]> {
  const deployment = await deploy(network, { server: { CHECK_PUBLIC: 'true' } });
  const jobs = plan.classes.map((name) => ({
    clients: [name],
    run: async (): Promise<ClassRow> => {
      const client = clients[name];
      if (!client) throw new Error(`the lab has no client ${name}`);
      const said = await runDoctor(client, { url: deployment.url, trustFile: network.trustFile });
      plan.keep?.(name, said);
      const row = classRow(name, said);
      plan.say(`${name.padEnd(16)} ${row.ok ? 'ok  ' : 'BAD '} ${row.said} (${row.tookMs} ms)`);
      return row;
    },
  }));
  const rows = await runJobs(jobs, AT_ONCE);
  await deployment.stop();
  return [...rows].sort((a, b) => plan.classes.indexOf(a.class) - plan.classes.indexOf(b.class));
}

function classRow(name: ClassName, { report, exitStatus }: Said): ClassRow {
  const { class: said, traits } = report.verdict.network;
  const expected = EXPECTED[name];
  const ok = said === expected.name && expected.traits.every((trait) => traits.includes(trait));
  const words = traits.length > 0 ? `${said} (${traits.join(', ')})` : said;
  return { class: name, said: words, ok: ok && exitStatus === expected.exitStatus, tookMs: report.tookMs, exitStatus };
}

async function visitFault(network: FaultyNetwork, visitor: Client, fault: Fault, plan: RoundsPlan): Promise<FaultRow> {
  const change = (await fault.prepare?.(network)) ?? {};
  const deployment = await deploy(network, change);
  try {
    if (fault.settled) await settled(network, fault.settled);
    const token = await deployment.token('visitor');
    const visit = { url: deployment.url, trustFile: network.trustFile, token };
    const said = await runDoctor(visitor, visit);
    plan.keep?.(fault.name, said);
    const row = faultRow(fault, said);
    plan.say(`${fault.name.padEnd(28)} ${row.ok ? 'ok  ' : 'BAD '} ${row.said} (${row.tookMs} ms)`);
    return row;
  } finally {
    await stopped(deployment);
    await fault.mend?.(network);
  }
}

const stopped = (deployment: Deployment): Promise<void> => deployment.stop();

/** The first cause that is named is the one that counts. */
function faultRow({ name, cause }: Fault, { report, exitStatus }: Said): FaultRow {
  const codes = report.verdict.findings.map(({ code }) => code);
  const ok = codes[0] === cause && exitStatus !== 0;
  return { fault: name, said: codes.join(', ') || 'nothing', ok, tookMs: report.tookMs, exitStatus };
}

/** Waits until the server's own probe has found out. */
async function settled(network: FaultyNetwork, isSettled: NonNullable<Fault['settled']>): Promise<void> {
  const { server } = network.hosts;
  const deadline = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const urls = await evaluate(server.namespace, readiness, `http://${server.ipv4}:3000/readyz`);
    if (isSettled(urls)) return;
    if (performance.now() > deadline) throw new Error(`the server's probe does not notice: ${JSON.stringify(urls)}`);
    await delay(POLL_MS);
  }
}

/** Runs on the server's machine. */
async function readiness(url: string): Promise<{ url: string; state: string }[]> {
  const answer = (await (await fetch(url)).json()) as { providers: { urls: { url: string; state: string }[] }[] };
  return answer.providers.flatMap(({ urls }) => urls);
}
