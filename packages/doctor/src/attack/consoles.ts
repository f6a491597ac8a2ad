import { codeOf } from '../net/reason.ts';
import { openTcp } from '../net/tunnel.ts';
import type { AttackRow, Judgement } from './report.ts';
import { type AttackScene, judged } from './scene.ts';

/** Where coturn has its console, and its metrics, by itself. */
const CONSOLES = { 'coturn’s console': 5766, 'coturn’s metrics': 9641 } as const;
const CONSOLE_MS = 1_500;

/** Looks whether what is the operator's answers from outside. */
export function attackConsoles(scene: AttackScene): Promise<AttackRow[]> {
  return Promise.all(
    Object.entries(CONSOLES).map(([name, port]) =>
      judged(scene, { attack: 'console', subject: `${name} on ${port}` }, (signal) => knock(scene, port, signal)),
    ),
  );
}

async function knock({ address }: AttackScene, port: number, outer: AbortSignal): Promise<Judgement> {
  const own = AbortSignal.timeout(CONSOLE_MS);
  try {
    const socket = await openTcp({ host: address, port, proxy: undefined }, AbortSignal.any([outer, own]));
    socket.destroy();
    return { outcome: 'through', detail: 'it takes connections' };
  } catch (error) {
    if (codeOf(error) === 'ECONNREFUSED') return { outcome: 'refused', detail: 'nothing listens there' };
    // Whoever drops the packets refuses: it is the way of firewalls.
    if (own.aborted && !outer.aborted) return { outcome: 'refused', detail: 'a firewall drops it' };
    throw error;
  }
}
