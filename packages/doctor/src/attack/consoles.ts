import { attempt } from '../net/bounded.ts';
import { openTcp } from '../net/tunnel.ts';
import type { AttackRow } from './report.ts';
import { type AttackScene, judged } from './scene.ts';

/** Where coturn has its console, and its metrics, by itself. */
const CONSOLES = { console: 5766, metrics: 9641 } as const;
const CONSOLE_MS = 1_500;

/** Looks whether what is the operator's answers from outside. */
export function attackConsoles(scene: AttackScene): Promise<AttackRow> {
  return judged(scene, { attack: 'console', subject: 'coturn’s console and metrics' }, async (signal) => {
    const knocks = Object.entries(CONSOLES).map(async ([name, port]) =>
      (await takes(scene, port, signal)) ? [`${name} on ${port}`] : [],
    );
    const open = (await Promise.all(knocks)).flat();
    if (open.length === 0) return { outcome: 'refused', detail: 'nobody takes a connection' };
    return { outcome: 'through', detail: open.join(', ') };
  });
}

/** Whoever drops the packets refuses as well as whoever answers that nothing listens: it is the way of firewalls. */
async function takes({ address }: AttackScene, port: number, outer: AbortSignal): Promise<boolean> {
  const result = await attempt(outer, CONSOLE_MS, (signal) =>
    openTcp({ host: address, port, proxy: undefined }, signal),
  );
  if (result.ok) result.value.destroy();
  else if (result.reason !== 'refused' && result.reason !== 'timeout') throw result.error;
  return result.ok;
}
