import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '@anypath/lab/browser/bundle';
import { FAKE_MEDIA, findChromium, openChromiumTab } from '@anypath/lab/browser/chromium';
import type { Tab } from '@anypath/lab/browser/tab';
import { DEPLOYMENT_HOSTS, type Deployment, deploy } from '@anypath/lab/deployment/deployment';
import type { Scene } from '@anypath/lab/matrix/events';
import type { ClassName } from '@anypath/lab/matrix/plan';
import { trustInHome } from '@anypath/lab/network/authority';
import type { Client } from '@anypath/lab/network/client';
import { forgetMappings } from '@anypath/lab/network/events';
import { LabNetwork } from '@anypath/lab/network/lab-network';
import { Service } from '@anypath/lab/network/service';
import { over, TOPOLOGIES } from '@anypath/lab/network/topologies';
import { BenchPage, type PageSource } from './page.ts';
import type { Identity } from './pages/subject.ts';
import { type PageName, SERVERS, type ServerName } from './subjects.ts';

/** Each way on every client's line: 40 ms to a server and back. */
const DELAY_MS = 20;
/** Of a client to a server and back, milliseconds. */
export const ROUND_TRIP_MS = 2 * DELAY_MS;

const HOSTS = {
  ...DEPLOYMENT_HOSTS,
  bare: ['bare.lab.test'],
  peerjs: ['peerjs.lab.test'],
  nostr: ['nostr.lab.test'],
  libp2p: ['libp2p.lab.test'],
} as const satisfies Record<ServerName | keyof typeof DEPLOYMENT_HOSTS, readonly string[]>;
type HostName = keyof typeof HOSTS;

/** A client of the lab with its browser. */
export interface Station {
  readonly name: string;
  readonly client: Client;
  readonly tab: Tab;
}

/** The pages of a conversation between two stations. */
export interface Pages extends AsyncDisposable {
  readonly a: BenchPage;
  readonly b: BenchPage;
}

/** Lines with delay, the servers of every subject, and a browser on each client that shows one page after the other. */
export class LinkLab implements AsyncDisposable {
  readonly #network: LabNetwork<HostName>;
  readonly #deployment: Deployment;
  readonly #servers: ReadonlyMap<ServerName, Service>;
  readonly #sources: ReadonlyMap<PageName, PageSource>;
  readonly #stations: ReadonlyMap<string, Station>;
  #conversations = 0;

  private constructor(parts: Parts) {
    this.#network = parts.network;
    this.#deployment = parts.deployment;
    this.#servers = parts.servers;
    this.#sources = new Map(parts.sources.map((source) => [source.name, source]));
    this.#stations = new Map(parts.stations.map((station) => [station.name, station]));
  }

  /**
   * @param classes the class of network of each client, by its name
   * @param names of the pages that will be asked for
   */
  static async open(classes: ReadonlyMap<string, ClassName>, names: readonly PageName[]): Promise<LinkLab> {
    const network = await LabNetwork.open({ hosts: HOSTS });
    try {
      const topologies = [...classes].map(([name, kind]) => [name, over(TOPOLOGIES[kind](), { delayMs: DELAY_MS })]);
      const clients = await network.join<string>(Object.fromEntries(topologies));
      const home = join(network.folder, 'home');
      const [deployment, servers] = await Promise.all([
        deploy(network),
        startServers(network, names),
        trustInHome(home, [network.authority, network.interceptor]),
      ]);
      // One after the other from here on: more at a time only wait for each other on two cores.
      const sources: PageSource[] = [];
      for (const name of names) sources.push(await pageSource(name));
      const stations: Station[] = [];
      for (const [name, client] of Object.entries(clients)) {
        stations.push({ name, client, tab: await openTab(client, home) });
      }
      return new LinkLab({ network, deployment, servers, sources, stations });
    } catch (error) {
      await network[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** @throws RangeError where there is no client of that name */
  station(name: string): Station {
    const station = this.#stations.get(name);
    if (!station) throw new RangeError(`the lab has no client ${name}`);
    return station;
  }

  /** What an event happens to, for one subject. */
  scene(name: PageName): Scene {
    return { deployment: { server: this.server(name), coturn: this.#deployment.coturn } };
  }

  /** The server that a subject's pages are connected to. @throws RangeError where it was not asked for */
  server(name: PageName): Service {
    const server = name === 'anypath' ? this.#deployment.server : this.#servers.get(SERVERS[name].server);
    if (!server) throw new RangeError(`the lab has no server of ${name}`);
    return server;
  }

  /** Fresh pages of a subject on two clients, as people of whom nobody knows anything yet; both are online. */
  async converse(name: PageName, a: Station, b: Station): Promise<Pages> {
    const names = await this.strangers(a, b);
    const [pageA, pageB] = await Promise.all([
      this.page(name, a, { me: names.a, peer: names.b }),
      this.page(name, b, { me: names.b, peer: names.a }),
    ]);
    await Promise.all([pageA.waitForPeer(ONLINE_MS), pageB.waitForPeer(ONLINE_MS)]);
    return {
      a: pageA,
      b: pageB,
      [Symbol.asyncDispose]: async () => {
        await Promise.all([pageA[Symbol.asyncDispose](), pageB[Symbol.asyncDispose]()]);
      },
    };
  }

  /** Names of two people of whom nobody knows anything yet. */
  async strangers(a: Station, b: Station): Promise<{ readonly a: string; readonly b: string }> {
    // What earlier trials left in the browsers' pools must not be waited for: their connections answer with a reset.
    await Promise.all([a, b].map(({ client }) => forgetMappings(client, { oldTcp: 'reset' })));
    const number = ++this.#conversations;
    return { a: `caller-${number}`, b: `callee-${number}` };
  }

  /** A fresh page of a subject on one client, connected to its server. @throws RangeError where it was not asked for */
  async page(name: PageName, { tab }: Station, who: Pick<Identity, 'me' | 'peer'>): Promise<BenchPage> {
    const source = this.#sources.get(name);
    if (!source) throw new RangeError(`there is no page of ${name}`);
    const iceServers = this.#deployment.iceServers(who.me);
    return BenchPage.open(tab, source, { ...who, token: await this.#deployment.token(who.me), iceServers });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#stations.values()].map(({ tab }) => tab.close()));
    await this.#network[Symbol.asyncDispose]();
  }
}

/** How long both sides may take to be online. */
const ONLINE_MS = 20_000;

interface Parts {
  readonly network: LabNetwork<HostName>;
  readonly deployment: Deployment;
  readonly servers: ReadonlyMap<ServerName, Service>;
  readonly sources: readonly PageSource[];
  readonly stations: readonly Station[];
}

const urlOf = (name: PageName): string =>
  name === 'anypath' ? `https://${HOSTS.front[0]}/healthz` : `https://${HOSTS[SERVERS[name].page][0]}/`;

async function pageSource(name: PageName): Promise<PageSource> {
  const entry = fileURLToPath(new URL(`../../src/link/pages/${name}.ts`, import.meta.url));
  return { name, url: urlOf(name), script: `{ ${await bundle(entry, 'page')} }` };
}

async function startServers(
  network: LabNetwork<HostName>,
  names: readonly PageName[],
): Promise<ReadonlyMap<ServerName, Service>> {
  const theirs = names.flatMap((name) => (name === 'anypath' ? [] : Object.values(SERVERS[name])));
  const entries = [...new Set(theirs)].map(async (name) => [name, await startServer(network, name)] as const);
  return new Map(await Promise.all(entries));
}

async function startServer(network: LabNetwork<HostName>, name: ServerName): Promise<Service> {
  const { namespace, ipv4 } = network.hosts[name];
  const { certificate, key } = await network.authority.issue(HOSTS[name]);
  const file = fileURLToPath(new URL(`../../dist/link/servers/${name}.js`, import.meta.url));
  return Service.start(namespace, {
    name,
    command: process.execPath,
    args: [file],
    env: { HOST: ipv4, CERTIFICATE: certificate, KEY: key },
    ports: { udp: [], tcp: [443] },
  });
}

async function openTab({ namespace, proxy }: Client, home: string): Promise<Tab> {
  const executable = findChromium();
  if (!executable) throw new Error('chromium is not installed (apt-get install chromium)');
  const options = { home, folder: join(namespace.folder, 'browser'), proxy };
  return openChromiumTab(namespace.launcher(executable), options, FAKE_MEDIA);
}
