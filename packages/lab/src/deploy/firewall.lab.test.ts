import { mkdirSync } from 'node:fs';
import { coturnConfig, deployedCoturn, relayFirewall } from '@anypath/server';
import { expect, it } from 'vitest';
import { startCoturn } from '../network/coturn.ts';
import { LabNetwork } from '../network/lab-network.ts';
import { Probe } from '../network/probe.ts';
import { labObstacle } from '../network/requirements.ts';
import { home } from '../network/topologies.ts';
import { runAttack } from './run-attack.ts';

const SECRET = 'a-secret-of-an-operator';
const MACHINE = 'machine services of the machine';

it('finds a service behind the relay (real coturn), which the rules of the firewall close', async (context) => {
  const obstacle = labObstacle();
  if (obstacle) return context.skip(obstacle);
  await using network = await LabNetwork.open();
  const { turn } = network.hosts;
  const { anna } = await network.join({ anna: home() });
  mkdirSync(turn.namespace.folder, { recursive: true });
  const operator = { domain: 'turn.lab.test', externalIps: [turn.ipv4, turn.ipv6], secrets: [SECRET], tlsPorts: [] };
  const options = deployedCoturn({ ...operator, folder: turn.namespace.folder });
  await startCoturn(turn.namespace, coturnConfig(options));
  const memcached = Probe.start(turn.namespace, answerEverybody, { port: 11_211 });
  await memcached.next();

  const before = await runAttack(anna, 'turn.lab.test', 443, SECRET);
  expect(before).toMatchObject({ through: [MACHINE], unknown: [] });
  // The lab runs coturn as root.
  await turn.namespace.loadRules(relayFirewall(options, 'root'));
  const after = await runAttack(anna, 'turn.lab.test', 443, SECRET);
  expect(after).toMatchObject({ through: [], unknown: [], exitStatus: 0 });
  await memcached.stop();
}, 60_000);

/** Runs on the machine of the TURN server. */
function answerEverybody({ port }: { port: number }, io: { say(value: unknown): void }): void {
  const socket = process.getBuiltinModule('node:dgram').createSocket('udp4');
  socket.on('message', (_bytes, from) => socket.send('VERSION 1.6.18', from.port, from.address));
  socket.bind(port, () => io.say('ready'));
}
