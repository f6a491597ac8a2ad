import { lookup } from 'node:dns/promises';
import { setMaxListeners } from 'node:events';
import { isIP } from 'node:net';
import { attempt } from '../net/bounded.ts';
import { CheckError, DeadlineError } from '../net/reason.ts';
import { attackAmplification } from './amplification.ts';
import { attackConsoles } from './consoles.ts';
import { attackCredentials } from './credentials.ts';
import { attackMachine } from './machine.ts';
import { attackTls } from './old-tls.ts';
import { attackQuota } from './quota.ts';
import { attackOverTcp, attackPeers } from './relay.ts';
import { ATTACKS, type AttackReport, type AttackRow, reportOf } from './report.ts';
import { ANSWER_MS, type AttackScene, type AttackTarget, allocateOn, freshCredentials } from './scene.ts';
import { attackUnpermitted } from './unpermitted.ts';

/** The whole run ends before this, whatever the server does. */
const RUN_MS = 45_000;

/**
 * Tries on a TURN server what an attacker would try who has credentials, and one who has none. Nothing is sent to any third
 * party: the server is asked for permission to, and that is all.
 *
 * @param progress told each attack as it ends
 * @throws CheckError where the server cannot be used at all, so that nothing could be learned: `unresolvable`, `timeout`,
 *   `unauthorized`, …; StunError likewise
 */
export async function attack(
  target: AttackTarget,
  progress: (row: AttackRow) => void = () => undefined,
): Promise<AttackReport> {
  const startedMs = Date.now();
  const started = performance.now();
  const controller = new AbortController();
  // Every attack that runs listens to it.
  setMaxListeners(0, controller.signal);
  const timer = setTimeout(() => controller.abort(new DeadlineError()), RUN_MS);
  try {
    const { scene, own } = await approach(target, controller.signal, progress);
    const rows = await everyAttack(scene, own);
    rows.sort((a, b) => ATTACKS.indexOf(a.attack) - ATTACKS.indexOf(b.attack));
    return reportOf(target.host, startedMs, Math.round(performance.now() - started), rows);
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}

/** The attacks that need few allocations at the same time; then the one that takes all that there are. */
async function everyAttack(scene: AttackScene, own: readonly string[]): Promise<AttackRow[]> {
  const rows = await Promise.all([
    attackCredentials(scene),
    attackPeers(scene, own),
    attackOverTcp(scene),
    attackTls(scene),
    ...[attackConsoles(scene), attackMachine(scene), attackUnpermitted(scene), attackAmplification(scene)].map(
      async (row) => [await row],
    ),
  ]);
  return [...rows.flat(), await attackQuota(scene)];
}

/** Finds the server, and uses it once as anybody would. */
async function approach(
  target: AttackTarget,
  signal: AbortSignal,
  progress: (row: AttackRow) => void,
): Promise<{ scene: AttackScene; own: string[] }> {
  const addresses = await addressesOf(target.host, signal);
  const [address = ''] = addresses;
  const credentials = freshCredentials(target);
  const use = (transport: 'udp' | 'tcp') =>
    attempt(signal, ANSWER_MS, async (inner) => {
      const client = await allocateOn({ target, address, transport, credentials }, inner);
      await client.close();
      return client.relayed.address;
    });
  const overUdp = await use('udp');
  const isAnswer = overUdp.ok || overUdp.reason === 'unauthorized' || overUdp.reason === 'rejected';
  const transport = isAnswer ? 'udp' : 'tcp';
  const result = isAnswer ? overUdp : await use('tcp');
  if (!result.ok) throw result.error;
  const scene: AttackScene = { target, address, transport, credentials, signal, progress };
  return { scene, own: [...addresses, result.value] };
}

async function addressesOf(host: string, signal: AbortSignal): Promise<string[]> {
  if (isIP(host)) return [host];
  const found = await attempt(signal, ANSWER_MS, () => lookup(host, { all: true, order: 'ipv4first' }));
  if (!found.ok) throw new CheckError(found.reason, found.detail);
  return found.value.map(({ address }) => address);
}
