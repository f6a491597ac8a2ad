import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from './client.ts';
import { changePublicAddress, cutUdp, forgetMappings, losePackets, plugIn, restoreUdp, unplug } from './events.ts';
import { LabNetwork } from './lab-network.ts';
import { evaluate, Probe } from './probe.ts';
import { type TcpNews, tcpEcho, tcpSocket } from './tcp-probes.ts';
import { cgnat, home, ipv6only, mobile, open } from './topologies.ts';
import { countAnswers, ECHO_PORT, type Endpoint, udpEcho, udpSocket } from './udp-probes.ts';

const CLASSES = ['open', 'home', 'mobile', 'cgnat', 'ipv6only'] as const;
const TCP_PORT = 443;

describe('events on real networks', () => {
  let network: LabNetwork;
  let client: Record<(typeof CLASSES)[number], Client>;

  beforeAll(async () => {
    network = await LabNetwork.open();
    client = await network.join({
      open: open(),
      home: home(),
      mobile: mobile(),
      cgnat: cgnat(),
      ipv6only: ipv6only(),
    });
    const { namespace } = network.hosts.server;
    await Probe.start(namespace, udpEcho, { port: ECHO_PORT, type: 'udp4' }).next();
    await Probe.start(namespace, udpEcho, { port: ECHO_PORT, type: 'udp6' }).next();
    await Probe.start(namespace, tcpEcho, { port: TCP_PORT }).next();
  });

  afterAll(() => network[Symbol.asyncDispose]());

  function serverFor(who: Client): string {
    return network.hosts.server[who.topology.family];
  }

  /** How many of some UDP packets were answered. */
  function answers(who: Client, packets = 10): Promise<number> {
    const to = { address: serverFor(who), port: ECHO_PORT };
    return evaluate(who.namespace, countAnswers, { to, packets, patienceMs: 200 });
  }

  /** A UDP socket that stays, asked time and again where the server sees it. */
  async function udpAt(who: Client): Promise<() => Promise<Endpoint>> {
    const type = who.topology.family === 'ipv6' ? 'udp6' : 'udp4';
    const socket = Probe.start(who.namespace, udpSocket, { type });
    await socket.next();
    return () => {
      socket.tell({ send: 'hello', to: [{ address: serverFor(who), port: ECHO_PORT }] });
      return socket.next<Endpoint>();
    };
  }

  /** A TCP connection that stays. */
  async function connected(who: Client): Promise<Probe> {
    const socket = Probe.start(who.namespace, tcpSocket, { host: serverFor(who), port: TCP_PORT });
    expect(await socket.next<TcpNews>()).toEqual({ news: 'connected' });
    socket.tell('before');
    expect(await socket.next<TcpNews>()).toEqual({ news: 'data', data: 'before' });
    return socket;
  }

  /** What a connection says after something was sent, or `silence`. */
  async function newsAfterSending(socket: Probe): Promise<TcpNews | 'silence'> {
    socket.tell('after');
    return Promise.race([socket.next<TcpNews>(), delay(700, 'silence' as const)]);
  }

  it('UDP that is cut is gone, TCP stays, and UDP is back when restored', async () => {
    const tcp = await connected(client.home);
    await cutUdp(client.home);
    expect(await answers(client.home)).toBe(0);
    expect(await newsAfterSending(tcp)).toEqual({ news: 'data', data: 'after' });
    await restoreUdp(client.home);
    expect(await answers(client.home)).toBe(10);
  });

  it('a line that loses half loses about three quarters of the round trips', async () => {
    await losePackets(client.home, 50);
    const answered = await answers(client.home, 400);
    expect(answered).toBeGreaterThan(60);
    expect(answered).toBeLessThan(140);
    await losePackets(client.home, 0);
    expect(await answers(client.home)).toBe(10);
  });

  it.each(CLASSES)('%s: a cable that is unplugged is noticed, and all is as before once it is back', async (name) => {
    const carrier = async () => (await client[name].namespace.run('cat', ['/sys/class/net/eth0/carrier'])).trim();
    await unplug(client[name]);
    expect(await carrier()).toBe('0');
    await plugIn(client[name]);
    expect(await carrier()).toBe('1');
    expect(await answers(client[name])).toBe(10);
  });

  it.each(CLASSES)('%s: the public address changes, and the old TCP is reset', async (name) => {
    const where = await udpAt(client[name]);
    const tcp = await connected(client[name]);
    const old = await where();
    const address = await changePublicAddress(client[name], { oldTcp: 'reset' });
    expect(address).not.toBe(old.address);
    expect(await newsAfterSending(tcp)).toMatchObject({ news: 'error' });
    expect((await (await udpAt(client[name]))()).address).toBe(address);
    await connected(client[name]);
  });

  it.each(CLASSES)('%s: the public address changes in silence, and the old TCP hears nothing', async (name) => {
    const tcp = await connected(client[name]);
    const address = await changePublicAddress(client[name], { oldTcp: 'silent' });
    expect(await newsAfterSending(tcp)).toBe('silence');
    expect((await (await udpAt(client[name]))()).address).toBe(address);
    await connected(client[name]);
  });

  it('mobile: forgotten mappings give the same socket another port', async () => {
    const where = await udpAt(client.mobile);
    const before = await where();
    await forgetMappings(client.mobile, { oldTcp: 'silent' });
    const after = await where();
    expect(after.address).toBe(before.address);
    expect(after.port).not.toBe(before.port);
  });

  it('home: forgotten mappings come back as they were, since ports are preserved', async () => {
    const where = await udpAt(client.home);
    const before = await where();
    await forgetMappings(client.home, { oldTcp: 'silent' });
    expect(await where()).toEqual(before);
  });

  it('a TCP connection whose mapping is forgotten is reset or silent, as asked', async () => {
    const first = await connected(client.home);
    await forgetMappings(client.home, { oldTcp: 'reset' });
    expect(await newsAfterSending(first)).toEqual({ news: 'error', code: 'ECONNRESET' });
    const second = await connected(client.home);
    await forgetMappings(client.home, { oldTcp: 'silent' });
    expect(await newsAfterSending(second)).toBe('silence');
  });
});
