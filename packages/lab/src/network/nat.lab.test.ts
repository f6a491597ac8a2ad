import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from './client.ts';
import { LabNetwork } from './lab-network.ts';
import { evaluate, Probe } from './probe.ts';
import { cgnat, corporate, home, ipv6only, lossy, mobile, open } from './topologies.ts';
import { countAnswers, ECHO_PORT, type Endpoint, sendUdp, udpEcho, udpSocket } from './udp-probes.ts';

interface Answer extends Endpoint {
  readonly text: string;
  readonly from: string;
}

const CLIENTS = ['open', 'home', 'home2', 'mobile', 'mobile2', 'cgnat', 'corporate', 'lossy', 'ipv6only'] as const;

describe('NATs out of real nftables', () => {
  let network: LabNetwork;
  let client: Record<(typeof CLIENTS)[number], Client>;
  let echoes: Endpoint[];

  beforeAll(async () => {
    network = await LabNetwork.open();
    client = await network.join({
      open: open(),
      home: home(),
      home2: home(),
      mobile: mobile(),
      mobile2: mobile(),
      cgnat: cgnat(),
      corporate: corporate(),
      lossy: lossy(),
      ipv6only: ipv6only(),
    });
    const hosts = Object.values(network.hosts);
    for (const { namespace } of hosts) {
      for (const type of ['udp4', 'udp6'] as const) {
        await Probe.start(namespace, udpEcho, { port: ECHO_PORT, type }).next();
      }
    }
    echoes = hosts.map(({ ipv4 }) => ({ address: ipv4, port: ECHO_PORT }));
  });

  afterAll(() => network[Symbol.asyncDispose]());

  /** A UDP socket of the client's, and what three hosts said of where its packets came from. */
  async function mapped(who: Client): Promise<{ socket: Probe; seen: Answer[] }> {
    const socket = Probe.start(who.namespace, udpSocket, { type: 'udp4' });
    await socket.next();
    socket.tell({ send: 'hello', to: echoes });
    const seen = [await socket.next<Answer>(), await socket.next<Answer>(), await socket.next<Answer>()];
    return { socket, seen };
  }

  /** Which packets reach a socket that contacted one port of one host. */
  async function admitted(who: Client): Promise<string[]> {
    const { socket, seen } = await mapped(who);
    const [contacted] = echoes;
    const mapping = seen.find(({ from }) => from === contacted?.address);
    if (!contacted || !mapping) throw new Error('the echo did not answer');
    await evaluate(network.internet, sendUdp, { to: mapping, text: 'stranger' });
    socket.tell({ send: 'other', to: [contacted] });
    socket.tell({ send: 'end', to: [contacted] });
    return textsUntilEnd(socket);
  }

  async function textsUntilEnd(socket: Probe): Promise<string[]> {
    const texts: string[] = [];
    while (texts.at(-1) !== 'end') texts.push((await socket.next<Answer>()).text);
    return texts;
  }

  it('open: has its public address and port, and hears from anyone', async () => {
    const { seen } = await mapped(client.open);
    expect(new Set(seen.map(({ address }) => address))).toEqual(new Set([client.open.publicAddress]));
    expect(await admitted(client.open)).toEqual(['stranger', 'other', 'end']);
  });

  it('home: keeps one port to three destinations', async () => {
    const { seen } = await mapped(client.home);
    expect(new Set(seen.map(({ from }) => from)).size).toBe(3);
    expect(new Set(seen.map(({ port }) => port)).size).toBe(1);
    expect(new Set(seen.map(({ address }) => address))).toEqual(new Set([client.home.publicAddress]));
  });

  it('home: hears only from the address and port that it contacted', async () => {
    expect(await admitted(client.home)).toEqual(['end']);
  });

  it('mobile: has another port for each of three destinations', async () => {
    const { seen } = await mapped(client.mobile);
    expect(new Set(seen.map(({ port }) => port)).size).toBe(3);
    expect(await admitted(client.mobile)).toEqual(['end']);
  });

  it('mobile: forgets a mapping after 30 seconds at most, home after no less than two minutes', async () => {
    for (const [who, least, most] of [
      [client.mobile, 1, 30],
      [client.home, 100, 120],
    ] as const) {
      await mapped(who);
      const table = (await who.routers[0]?.run('conntrack', ['-L', '-p', 'udp'])) ?? '';
      const seconds = [...table.matchAll(/^udp +17 (\d+)/gm)].map((match) => Number(match[1]));
      expect(Math.max(...seconds)).toBeLessThanOrEqual(most);
      expect(Math.max(...seconds)).toBeGreaterThanOrEqual(least);
    }
  });

  it.each([
    ['home', 'home2', true],
    ['home', 'cgnat', true],
    ['open', 'mobile', true],
    ['home', 'mobile', false],
    ['mobile', 'mobile2', false],
  ] as const)('%s and %s, each told the mapping of the other: meet directly? %s', async (a, b, meet) => {
    const [left, right] = [await mapped(client[a]), await mapped(client[b])];
    const punch = JSON.stringify({ text: 'punch' });
    // Three times, because the first packets open the way and are lost.
    for (let round = 0; round < 3; round += 1) {
      left.socket.tell({ send: punch, to: [right.seen[0]] });
      right.socket.tell({ send: punch, to: [left.seen[0]] });
      // Once both are answered, what they sent before has arrived or is lost.
      for (const { socket } of [left, right]) socket.tell({ send: 'end', to: [echoes[0]] });
      const heard = [await textsUntilEnd(left.socket), await textsUntilEnd(right.socket)];
      const punched = heard.some((texts) => texts.includes('punch'));
      if (!meet) expect(punched).toBe(false);
      else if (punched) return;
    }
    expect(meet).toBe(false);
  });

  it('cgnat: passes two NATs, the outer of which has the public address', async () => {
    const { seen } = await mapped(client.cgnat);
    expect(client.cgnat.routers).toHaveLength(2);
    expect(new Set(seen.map(({ address }) => address))).toEqual(new Set([client.cgnat.publicAddress]));
    expect(new Set(seen.map(({ port }) => port)).size).toBe(1);
    for (const router of client.cgnat.routers) {
      expect(await router.run('conntrack', ['-L', '-p', 'udp'])).toContain(`dport=${ECHO_PORT}`);
    }
  });

  it('corporate: no UDP comes back', async () => {
    const [to] = echoes as [Endpoint];
    expect(await evaluate(client.corporate.namespace, countAnswers, { to, packets: 10, patienceMs: 500 })).toBe(0);
  });

  it('lossy: loses about one in ten each way, a fifth of the round trips', async () => {
    const [to] = echoes as [Endpoint];
    const answers = await evaluate(client.lossy.namespace, countAnswers, { to, packets: 1_000, patienceMs: 100 });
    expect(answers).toBeGreaterThan(740);
    expect(answers).toBeLessThan(880);
  });

  it('ipv6only: reaches IPv6 and nothing else', async () => {
    const { ipv4, ipv6 } = network.hosts.server;
    const ask = (address: string) =>
      evaluate(client.ipv6only.namespace, countAnswers, {
        to: { address, port: ECHO_PORT },
        packets: 10,
        patienceMs: 500,
      });
    expect(await ask(ipv6)).toBe(10);
    expect(await ask(ipv4)).toBe(0);
  });
});
