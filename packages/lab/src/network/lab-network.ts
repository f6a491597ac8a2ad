import { readFileSync, writeFileSync } from 'node:fs';
import { AddressPool, hostAddresses } from './addresses.ts';
import { Authority } from './authority.ts';
import { Client } from './client.ts';
import { DelayedCables } from './delayed-cables.ts';
import { describeNetwork } from './description.ts';
import { type Host, internetPlan } from './internet-plan.ts';
import { type LabId, newLabId } from './lab-id.ts';
import { Namespace } from './namespace.ts';
import { tearDownAtExit, tearDownNow } from './open-labs.ts';
import { allDone, build } from './plan.ts';
import { requireLab } from './requirements.ts';
import { type Site, sitePlan } from './site-plan.ts';
import { startSquid } from './squid.ts';
import { labFolder, sweep } from './teardown.ts';
import type { Topology } from './topology.ts';

/** The hosts of a lab that asks for no others, and the names they are found by. */
export const DEFAULT_HOSTS = {
  server: ['server.lab.test'],
  turn: ['turn.lab.test'],
  front: ['rtc.lab.test'],
} as const satisfies Record<string, readonly string[]>;

/** What a lab may be given. */
export interface LabOptions<HostName extends string> {
  /** The machines on the internet and the names of each. */
  readonly hosts: Readonly<Record<HostName, readonly string[]>>;
}

const LABEL = /^[A-Za-z0-9-]{1,40}$/;

/**
 * A network of its own on this machine, out of Linux network namespaces: an internet, hosts on it, and clients each
 * in its class of network. Needs root, or a user namespace in which one is root.
 *
 * Nothing of it stays: it is torn down by `await using`, at the end of the process, by SIGINT, SIGTERM and SIGHUP,
 * and after `kill -9` by the next lab that opens.
 *
 * @example
 * await using network = await LabNetwork.open();
 * const { anna, bert } = await network.join({ anna: home(), bert: over(mobile(), { delayMs: 40 }) });
 * const browser = anna.spawn('chromium', ['--headless=new', 'https://rtc.lab.test/']);
 * await cutUdp(bert);
 */
export class LabNetwork<HostName extends string = keyof typeof DEFAULT_HOSTS> implements AsyncDisposable {
  readonly id: LabId;
  /** For files that live as long as the lab. */
  readonly folder: string;
  /** The bridge that everyone meets on. */
  readonly internet: Namespace;
  readonly hosts: Readonly<Record<HostName, Host>>;
  readonly clients: Client[] = [];
  /** Certifies the servers of the lab. */
  readonly authority: Authority;
  /** Certifies whatever an intercepting proxy passes itself off as. */
  readonly interceptor: Authority;
  readonly #addresses = new AddressPool();
  readonly #delayed: DelayedCables;
  readonly #labels = new Set<string>();

  private constructor(id: LabId, folder: string, authorities: Authorities, options: LabOptions<HostName>) {
    this.id = id;
    this.folder = folder;
    this.authority = authorities.authority;
    this.interceptor = authorities.interceptor;
    this.internet = this.#namespace('internet');
    this.#delayed = new DelayedCables(this.#namespace('wires'));
    const entries = Object.entries<readonly string[]>(options.hosts).map(([label, names], position) => {
      return [label, { namespace: this.#namespace(label), names, ...hostAddresses(position) }] as const;
    });
    this.hosts = Object.fromEntries(entries) as Record<HostName, Host>;
  }

  /**
   * Builds the internet and its hosts.
   *
   * @param options which hosts; `server`, `turn` and `front` by default
   */
  static open(): Promise<LabNetwork>;
  static open<HostName extends string>(options: LabOptions<HostName>): Promise<LabNetwork<HostName>>;
  static async open(options: LabOptions<string> = { hosts: DEFAULT_HOSTS }): Promise<LabNetwork<string>> {
    requireLab();
    sweep();
    const id = newLabId();
    const folder = labFolder(id);
    tearDownAtExit(id);
    return orTearDown(id, async () => {
      const network = new LabNetwork(id, folder, await createAuthorities(folder), options);
      await build(internetPlan(network.internet, network.#hostList()), network.#delayed);
      return network;
    });
  }

  /**
   * Adds clients, all at once, which is quicker than one after the other.
   *
   * @param topologies the class of network of each, by the client's name
   * @returns the clients by the same names
   */
  async join<Name extends string>(topologies: Readonly<Record<Name, Topology>>): Promise<Record<Name, Client>> {
    const entries = Object.entries<Topology>(topologies).map(([name, topology]) => {
      return [name, this.#client(name, topology)] as const;
    });
    const plans = entries.map(([, client]) => sitePlan(client.site, this.#hostList()));
    const all = {
      machines: plans.flatMap((plan) => plan.machines),
      cables: plans.flatMap((plan) => plan.cables),
      setups: plans.flatMap((plan) => plan.setups),
    };
    await orTearDown(this.id, async () => {
      await build(all, this.#delayed);
      await allDone(entries.map(([, client]) => this.#startProxy(client)));
    });
    return Object.fromEntries(entries) as Record<Name, Client>;
  }

  /** A file with both authorities' certificates, for programs that are told whom to trust by `NODE_EXTRA_CA_CERTS`. */
  get trustFile(): string {
    return `${this.folder}/trusted.crt`;
  }

  /** Every namespace of the lab. */
  namespaces(): Namespace[] {
    const sites = this.clients.flatMap((client) => [client.namespace, ...client.routers]);
    return [this.internet, ...this.#hostList().map((host) => host.namespace), ...sites];
  }

  /**
   * Writes down what a person needs who looks into a failure: for each machine its addresses, routes, rules with their
   * counters and connections, and the log of each service.
   *
   * @param folder where to; made where there is none
   */
  async describe(folder: string): Promise<void> {
    await describeNetwork(folder, this.clients, this.namespaces());
  }

  /** Ends every process of the lab and removes all that it made. */
  async [Symbol.asyncDispose](): Promise<void> {
    tearDownNow(this.id);
  }

  #client(name: string, topology: Topology): Client {
    const number = this.clients.length + 1;
    const site: Site = {
      number,
      topology,
      client: this.#namespace(name),
      routers: topology.routers.map((_, depth) => this.#namespace(`${name}-router${depth + 1}`)),
      internet: this.internet,
      port: `p${number}`,
      publicIpv4: this.#addresses.take(),
    };
    const client = new Client(name, site, this.#addresses);
    this.clients.push(client);
    return client;
  }

  #namespace(label: string): Namespace {
    if (!LABEL.test(label)) throw new RangeError(`${label}: a name is letters, digits and hyphens, 40 at most`);
    if (this.#labels.has(label)) throw new RangeError(`${label}: there is one already`);
    this.#labels.add(label);
    return new Namespace(`${this.id}-${label}`, label, `${this.folder}/${label}`);
  }

  #hostList(): Host[] {
    return Object.values<Host>(this.hosts);
  }

  async #startProxy({ site, routers: [router], topology: { proxy } }: Client): Promise<void> {
    if (!proxy || !router) return;
    const trust = { interceptor: this.interceptor, upstream: this.authority };
    await startSquid(router, `${this.id}s${site.number}`, proxy, trust);
  }
}

interface Authorities {
  readonly authority: Authority;
  readonly interceptor: Authority;
}

async function createAuthorities(folder: string): Promise<Authorities> {
  const [authority, interceptor] = await Promise.all([
    Authority.create(`${folder}/authority`, 'Lab authority'),
    Authority.create(`${folder}/interceptor`, 'Lab intercepting proxy'),
  ]);
  const trusted = [authority, interceptor].map(({ certificate }) => readFileSync(certificate, 'utf8'));
  writeFileSync(`${folder}/trusted.crt`, trusted.join(''));
  return { authority, interceptor };
}

/** Whoever opens or joins gets no second chance to dispose of a half-built lab. */
async function orTearDown<Value>(id: LabId, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    tearDownNow(id);
    throw error;
  }
}
