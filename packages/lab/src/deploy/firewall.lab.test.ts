import { mkdirSync } from 'node:fs';
import { type CoturnOptions, coturnConfig, deployedCoturn, relayFirewall } from '@anypath/server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../network/client.ts';
import { startCoturn } from '../network/coturn.ts';
import { LabNetwork } from '../network/lab-network.ts';
import { putBehindNat } from '../network/one-to-one-nat.ts';
import { Probe } from '../network/probe.ts';
import { labObstacle } from '../network/requirements.ts';
import { home } from '../network/topologies.ts';
import { type Attacked, runAttack } from './run-attack.ts';

const SECRET = 'a-secret-of-an-operator';
const MACHINE = 'machine services of the machine';
const obstacle = labObstacle();

describe('the machine of a deployed coturn (real, in namespaces)', () => {
  let network: LabNetwork;
  let anna: Client;
  beforeAll(async () => {
    if (obstacle) return;
    network = await LabNetwork.open();
    ({ anna } = await network.join({ anna: home() }));
    mkdirSync(network.hosts.turn.namespace.folder, { recursive: true });
  }, 60_000);
  afterAll(async () => network?.[Symbol.asyncDispose]());
  beforeEach((context) => {
    if (obstacle) context.skip(obstacle);
  });

  /** Coturn as `anypath turn config` has it, under these addresses. */
  async function start(...externalIps: string[]) {
    const { namespace } = network.hosts.turn;
    const operator = { domain: 'turn.lab.test', externalIps, secrets: [SECRET], tlsPorts: [] };
    const options: CoturnOptions = deployedCoturn({ ...operator, folder: namespace.folder });
    return { options, coturn: await startCoturn(namespace, coturnConfig(options)) };
  }
  const attack = (): Promise<Attacked> => runAttack(anna, 'turn.lab.test', 443, SECRET);

  it('has a service behind the relay, which the attack finds and the rules of the firewall close', async () => {
    const { namespace, ipv4, ipv6 } = network.hosts.turn;
    const { options, coturn } = await start(ipv4, ipv6);
    const memcached = Probe.start(namespace, answerEverybody, { port: 11_211 });
    await memcached.next();
    expect(await attack()).toMatchObject({ through: [MACHINE], unknown: [] });
    // The lab runs coturn as root.
    await namespace.loadRules(relayFirewall(options, 'root'));
    expect(await attack()).toMatchObject({ through: [], unknown: [], exitStatus: 0 });
    await Promise.all([memcached.stop(), coturn.stop()]);
  }, 60_000);

  it('[S7.2] is closed behind a NAT, too, and two allocations meet there', async () => {
    const { turn } = network.hosts;
    const { coturn } = await start(`${turn.ipv4}/${await putBehindNat(turn)}`);
    // The attack knows what is refused by packets that come back from one allocation to another.
    expect(await attack()).toMatchObject({ through: [], unknown: [], exitStatus: 0 });
    await coturn.stop();
  }, 60_000);
});

/** Runs on the machine of the TURN server. */
function answerEverybody({ port }: { port: number }, io: { say(value: unknown): void }): void {
  const socket = process.getBuiltinModule('node:dgram').createSocket('udp4');
  socket.on('message', (_bytes, from) => socket.send('VERSION 1.6.18', from.port, from.address));
  socket.bind(port, () => io.say('ready'));
}
