import type { Path } from '@anypath/client';
import { Lab } from '../matrix/lab.ts';
import { runMatrix } from '../matrix/matrix.ts';
import { type ClassName, clientNames, clientsOf, type Pair } from '../matrix/plan.ts';
import { isClean, type PairRow } from '../matrix/report.ts';
import { TRIAL } from '../matrix/trial.ts';
import { startCoturn } from '../network/coturn.ts';
import { TOPOLOGIES } from '../network/topologies.ts';
import { router, type Topology, topology } from '../network/topology.ts';
import { laxConfiguration } from './lax.ts';
import { type Attacked, runAttack } from './run-attack.ts';

/** How somebody reached somebody at home through the deployed configuration. */
export interface PathRow {
  readonly class: ClassName;
  /** The only one that leaves that network. */
  readonly port: number;
  /** The best path that messages took. */
  readonly path: Path;
  /** Whether it is the best that such a network allows, and every message arrived once and in order. */
  readonly ok: boolean;
}

/** How many attacks there were on one configuration, and how many got through. */
export interface AttackCount {
  readonly tried: number;
  readonly through: number;
}

/** What `npm run lab -- deploy` writes. */
export interface DeployRounds {
  readonly paths: readonly PathRow[];
  readonly attack: { readonly shipped: AttackCount; readonly lax: AttackCount };
}

/** What was found, for whoever wants to know more than the counts. */
export interface DeployFindings extends DeployRounds {
  readonly attacked: { readonly shipped: Attacked; readonly lax: Attacked };
}

const PORT = 443;

/** Long enough to leave the relay for TURN, which takes well under a second. */
const BRIEF = { ...TRIAL, durationMs: 3_000 };

/** A company's firewall that lets out less than `corporate`: HTTPS and nothing else. */
const httpsOnly = (): Topology => topology('corporate', [router({ outbound: { tcp: [PORT] } })]);

/** The proxy of `ultra` tunnels to port 443 alone already. */
const NETWORKS = { ...TOPOLOGIES, corporate: httpsOnly };

/** Who calls somebody at home, and the best path that their network allows. */
const CALLERS: readonly { readonly pair: Pair; readonly path: Path }[] = [
  { pair: { a: 'corporate', b: 'home' }, path: 'turn' },
  { pair: { a: 'ultra', b: 'home' }, path: 'relay' },
];
const PAIRS = CALLERS.map(({ pair }) => pair);
const HOME = clientNames({ a: 'corporate', b: 'home' }).b;

/**
 * Starts the configuration that operators get, lets people connect through its port 443, attacks its TURN server from
 * outside, and does so again with a lax configuration.
 *
 * @param failures folder for what a person needs who looks into a failure
 * @param say told how far it is
 */
export async function runDeployment(failures: string, say: (line: string) => void): Promise<DeployFindings> {
  await using lab = await Lab.open(clientsOf(PAIRS), say, NETWORKS);
  const rows = await runMatrix(lab, PAIRS, { trials: 1, trial: BRIEF, failures, say });
  const paths = CALLERS.map(({ pair, path }) => pathRow(pair.a, path, rows));
  const shipped = await attacked(lab);
  say(`shipped: ${shipped.through.length} of ${shipped.tried} attacks got through`);
  await layOpen(lab);
  const lax = await attacked(lab);
  say(`lax: ${lax.through.length} of ${lax.tried} attacks got through`);
  return { paths, attack: { shipped: countOf(shipped), lax: countOf(lax) }, attacked: { shipped, lax } };
}

/** Whether everything is as it has to be: nothing unknown either. */
export const isGood = ({ paths, attacked: { shipped, lax } }: DeployFindings): boolean =>
  paths.every(({ ok }) => ok) && shipped.exitStatus === 0 && lax.withstood.length === 0;

function pathRow(name: ClassName, expected: Path, rows: readonly PairRow[]): PathRow {
  const row = rows.find(({ a }) => a === name);
  if (!row) throw new Error(`nobody behind ${name} has talked`);
  return { class: name, port: PORT, path: row.bestPath, ok: isClean(row) && row.bestPath === expected };
}

function attacked(lab: Lab): Promise<Attacked> {
  const [name = ''] = lab.network.hosts.turn.names;
  const { tlsPort, secret } = lab.deployment.turn;
  return runAttack(lab.station(HOME).client, name, tlsPort, secret);
}

/** Puts a coturn in the place of the deployed one that is open to everything. */
async function layOpen({ network, deployment }: Lab): Promise<void> {
  const { namespace, ipv4 } = network.hosts.turn;
  await deployment.coturn.stop();
  await startCoturn(namespace, laxConfiguration(deployment.turn.configuration, ipv4));
}

const countOf = ({ tried, through }: Attacked): AttackCount => ({ tried, through: through.length });
