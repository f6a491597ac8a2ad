import type { RowOf } from '@anypath/protocol';
import { attempt, outcomeOf } from '../net/bounded.ts';
import { openTcp } from '../net/tunnel.ts';
import { CHECK_MS, type Scene } from '../scene.ts';
import { joined } from '../verdict/addresses.ts';

/** Whether a TCP connection to a port opens, without any proxy. */
export async function checkTcp(scene: Scene, host: string, port: number): Promise<RowOf<'tcp'>> {
  const result = await attempt(scene.signal, CHECK_MS, async (signal) => {
    const socket = await openTcp({ host, port, proxy: undefined }, signal);
    socket.destroy();
  });
  return { check: 'tcp', subject: joined(host, port), ...outcomeOf(result), port };
}
