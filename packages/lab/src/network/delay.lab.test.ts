import { describe, expect, it } from 'vitest';
import { plugIn, unplug } from './events.ts';
import { LabNetwork } from './lab-network.ts';
import { Probe } from './probe.ts';
import { tcpEcho, tcpSocket } from './tcp-probes.ts';
import { home, ipv6only, open, over } from './topologies.ts';

const PORT = 443;

describe('a line that takes time', () => {
  it('delays each way, in order, for clients of each kind', async () => {
    await using network = await LabNetwork.open();
    const { server } = network.hosts;
    const clients = await network.join({
      near: home(),
      open: over(open(), { delayMs: 40 }),
      home: over(home(), { delayMs: 40 }),
      ipv6only: over(ipv6only(), { delayMs: 40 }),
    });
    await Probe.start(server.namespace, tcpEcho, { port: PORT }).next();

    async function roundTripMs(name: keyof typeof clients): Promise<number> {
      const client = clients[name];
      const socket = Probe.start(client.namespace, tcpSocket, { host: server[client.topology.family], port: PORT });
      await socket.next();
      const start = performance.now();
      socket.tell('once');
      await socket.next();
      return performance.now() - start;
    }

    expect(await roundTripMs('near')).toBeLessThan(60);
    for (const name of ['open', 'home', 'ipv6only'] as const) {
      const milliseconds = await roundTripMs(name);
      expect(milliseconds, name).toBeGreaterThanOrEqual(79);
      expect(milliseconds, name).toBeLessThan(140);
    }
    await unplug(clients.open);
    await plugIn(clients.open);
    expect(await roundTripMs('open')).toBeGreaterThanOrEqual(79);
  });
});
