import { once } from 'node:events';
import { expect, it } from 'vitest';
import { run } from './command.ts';
import { LabNetwork } from './lab-network.ts';
import { home, ipv6only } from './topologies.ts';

it('a command runs inside the namespace of a client, and signals reach it', async () => {
  await using network = await LabNetwork.open();
  const { anna } = await network.join({ anna: home() });
  const child = anna.spawn('sh', ['-c', 'trap "exit 7" TERM; echo ready; while :; do sleep 0.01; done']);
  await once(child.stdout ?? child, 'data');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([7, null]);
});

it('names resolve in the families of a client, with and without the dot at the end', async () => {
  await using network = await LabNetwork.open();
  const { anna, bert } = await network.join({ anna: home(), bert: ipv6only() });
  const { turn } = network.hosts;
  for (const [client, address] of [
    [anna, turn.ipv4],
    [bert, turn.ipv6],
  ] as const) {
    for (const name of ['turn.lab.test', 'turn.lab.test.']) {
      const addresses = await run(client.namespace.launcher('getent'), ['ahosts', name]);
      expect(new Set(addresses.split('\n').flatMap((line) => line.split(' ')[0] || []))).toEqual(new Set([address]));
    }
  }
});
