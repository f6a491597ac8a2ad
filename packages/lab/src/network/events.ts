import { INTERNET, ipv6RouterAddress, ipv6Subnet } from './addresses.ts';
import type { Client } from './client.ts';
import type { Namespace } from './namespace.ts';
import { type StrayTcp, strayRules } from './router-rules.ts';

/*
 * What happens to networks while they are used. Each function returns once the event has happened.
 */

/** What an address change or a restart of the router does to the TCP connections of before. */
export interface OldConnections {
  /**
   * - `reset`: the next segment that the client sends is answered with RST. Connections of the machine whose address
   *   changes, a proxy or a client without NAT, end at once, as on Android.
   * - `silent`: segments vanish, both ways.
   */
  readonly oldTcp: StrayTcp;
}

/** Drops every UDP packet of a client, both ways. */
export function cutUdp(client: Client): Promise<void> {
  return client.link.impair({ udpCut: true });
}

/** Lets UDP pass again. */
export function restoreUdp(client: Client): Promise<void> {
  return client.link.impair({ udpCut: false });
}

/**
 * Has a client's line lose packets.
 *
 * @param percent each way on its own, 0 to 100; 100 is an outage that nobody is told of
 */
export function losePackets(client: Client, percent: number): Promise<void> {
  return client.link.impair({ lossPercent: percent });
}

/** Pulls the client's own cable, so that its computer sees its carrier go. */
export function unplug(client: Client): Promise<void> {
  return plug(client, 'down');
}

/** Puts the cable back. Addresses and routes are as before; resolved once both ends can use it. */
export async function plugIn(client: Client): Promise<void> {
  await plug(client, 'up');
  await linkIsBack(client);
}

/**
 * Gives a client's network another public address. Where it has a NAT, the NAT forgets its mappings; where it has
 * none, the client's own address changes.
 *
 * @returns the new address; what is sent to the old one vanishes
 */
export async function changePublicAddress(client: Client, { oldTcp }: OldConnections): Promise<string> {
  await setStrayTcp(client, oldTcp);
  const old = client.publicAddress;
  client.publicAddress = await (client.topology.family === 'ipv6' ? renumber(client) : moveIpv4(client));
  const outermost = client.routers.at(-1);
  // A NAT that has a new address has no use for the mappings of the old one.
  if (outermost) await forget(outermost);
  if (oldTcp === 'reset') await resetOwnTcp(edge(client), old);
  return client.publicAddress;
}

/** Has every router of a client forget its connections and mappings, as a restart of it would. Nothing where it has none. */
export async function forgetMappings(client: Client, { oldTcp }: OldConnections): Promise<void> {
  await setStrayTcp(client, oldTcp);
  await Promise.all(client.routers.map(forget));
  // A proxy's connections are its own.
  if (oldTcp === 'reset') await Promise.all(client.routers.map((router) => resetOwnTcp(router, client.publicAddress)));
}

async function plug(client: Client, state: 'up' | 'down'): Promise<void> {
  const [router] = client.routers;
  // A computer sees its carrier go when the interface at the other end goes down.
  if (router) await router.configure(`link set lan ${state}`);
  else if (client.topology.link.delayMs === 0) await client.link.plug(state === 'up');
  // The far end of a delayed line is no neighbour of this one, which has a carrier of its own.
  else await client.namespace.configure(`link set eth0 carrier ${state === 'up' ? 'on' : 'off'}`);
}

/** Waits until the link is of use again: the kernel draws its conclusions from a carrier up to a second late. */
async function linkIsBack(client: Client): Promise<void> {
  // A TAP interface says `unknown` until its carrier has been off for the first time.
  const isUp = 'grep -qE "^(up|unknown)$" /sys/class/net/eth0/operstate';
  await until(client.namespace, isUp);
  // An IPv6 router without its link-local address finds no neighbours.
  const canAsk = 'ip -6 addr show dev lan scope link | grep -q inet6';
  if (client.topology.family === 'ipv6') await Promise.all(client.routers.map((router) => until(router, canAsk)));
}

async function until(machine: Namespace, condition: string): Promise<void> {
  await machine.run('timeout', ['10', 'sh', '-c', `until ${condition}; do sleep 0.01; done`]);
}

async function setStrayTcp(client: Client, stray: StrayTcp): Promise<void> {
  await Promise.all(client.routers.map((router) => router.loadRules(strayRules(stray))));
}

async function moveIpv4(client: Client): Promise<string> {
  const old = client.publicAddress;
  const address = client.addresses.take();
  const outermost = edge(client);
  const device = client.routers.length > 0 ? 'wan' : 'eth0';
  // Only the internet's black hole may answer for an address that has been left; here it is in use again.
  await client.site.internet.configure(`addr flush to ${address}`);
  // Deleting first: a primary address takes the secondaries of its network with it.
  await outermost.configure(
    `addr del ${old}/24 dev ${device}`,
    `addr add ${address}/24 dev ${device}`,
    `route add default via ${INTERNET.ipv4} dev ${device}`,
    // Asking its neighbours anew tells them that the address is here now, whoever had it before.
    `neigh flush dev ${device}`,
  );
  await client.site.internet.configure(`addr add ${old}/32 dev br0`);
  client.addresses.giveBack(old);
  return address;
}

/** The machine that has the public address. */
function edge(client: Client): Namespace {
  const outermost = client.routers.at(-1);
  return outermost && client.topology.family === 'ipv4' ? outermost : client.namespace;
}

async function forget(router: Namespace): Promise<void> {
  await router.run('conntrack', ['-F']);
}

/** Ends the connections that a machine has from an address. */
async function resetOwnTcp(machine: Namespace, source: string): Promise<void> {
  await machine.run('ss', ['-K', 'src', source.includes(':') ? `[${source}]` : source]);
}

async function renumber(client: Client): Promise<string> {
  const { site } = client;
  const old = ipv6Subnet(site.number, client.generation);
  client.generation += 1;
  const next = ipv6Subnet(site.number, client.generation);
  await site.internet.configure(
    `route del ${old.range}`,
    `route add blackhole ${old.range}`,
    `route add ${next.range} via ${ipv6RouterAddress(site.number)} dev br0`,
  );
  for (const router of site.routers) {
    await router.configure(`addr del ${old.outer}/64 dev lan`, `addr add ${next.outer}/64 dev lan nodad`);
  }
  await client.namespace.configure(
    `addr del ${old.inner}/64 dev eth0`,
    `addr add ${next.inner}/64 dev eth0 nodad`,
    `route replace default via ${next.outer} dev eth0`,
  );
  return next.inner;
}
