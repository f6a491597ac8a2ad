import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium, openChromiumTab } from '../browser/chromium.ts';
import { findFirefox, openFirefoxTab } from '../browser/firefox.ts';
import { LabPage } from '../browser/lab-page.ts';
import { bundleSdk } from '../browser/sdk-bundle.ts';
import type { Tab } from '../browser/tab.ts';
import { DEPLOYMENT_HOSTS, type Deployment, deploy } from '../deployment/deployment.ts';
import { trustInHome } from '../network/authority.ts';
import type { Client } from '../network/client.ts';
import { LabNetwork } from '../network/lab-network.ts';
import { TOPOLOGIES } from '../network/topologies.ts';
import type { Topology } from '../network/topology.ts';
import { type BrowserName, browserOf, type ClassName } from './plan.ts';
import { runJobs } from './schedule.ts';
import { TRIAL, type Trial } from './trial.ts';

/** How many browsers start at the same time: more only wait for each other on two cores. */
const STARTS_AT_ONCE = 4;

/** One client of the lab: its network, its browser, its page. */
export interface Station {
  readonly name: string;
  readonly client: Client;
  readonly page: LabPage;
}

/** A network with anypath deployed on it, and a real browser with a warm page on every client. */
export class Lab implements AsyncDisposable {
  readonly network: LabNetwork<keyof typeof DEPLOYMENT_HOSTS>;
  readonly deployment: Deployment;
  readonly #stations: ReadonlyMap<string, Station>;

  private constructor(
    network: LabNetwork<keyof typeof DEPLOYMENT_HOSTS>,
    deployment: Deployment,
    stations: ReadonlyMap<string, Station>,
  ) {
    this.network = network;
    this.deployment = deployment;
    this.#stations = stations;
  }

  /**
   * Builds everything.
   *
   * @param classes the class of network of each client, by its name
   * @param say told how far it is
   * @param networks what each class is
   */
  static async open(
    classes: ReadonlyMap<string, ClassName>,
    say: (line: string) => void = () => undefined,
    networks: Readonly<Record<ClassName, () => Topology>> = TOPOLOGIES,
  ): Promise<Lab> {
    const startedMs = performance.now();
    const network = await LabNetwork.open({ hosts: DEPLOYMENT_HOSTS });
    try {
      const topologies = Object.fromEntries([...classes].map(([name, kind]) => [name, networks[kind]()]));
      const clients = await network.join(topologies);
      say(`${classes.size} networks built in ${seconds(startedMs)} s`);
      const home = join(network.folder, 'home');
      const [deployment, sdk] = await Promise.all([
        deploy(network),
        bundleSdk(),
        trustInHome(home, [network.authority, network.interceptor]),
      ]);
      const jobs = Object.entries<Client>(clients).map(([name, client]) => ({
        clients: [name],
        run: () => startStation(name, client, deployment, { home, sdk }),
      }));
      const stations = await runJobs(jobs, STARTS_AT_ONCE);
      say(`${stations.length} browsers connected after ${seconds(startedMs)} s`);
      return new Lab(network, deployment, new Map(stations.map((station) => [station.name, station])));
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

  /**
   * Writes down what a person needs who looks into a failure: rules with counters, connections, logs of every service,
   * each browser's console, and what the SDK did in the trials.
   */
  async describe(folder: string, trials: readonly Trial[]): Promise<void> {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'trials.json'), `${JSON.stringify(trials, null, 2)}\n`);
    await this.network.describe(folder);
    for (const { name, page } of this.#stations.values()) {
      writeFileSync(join(folder, `${name}-console.txt`), `${page.tab.console.join('\n')}\n`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#stations.values()].map(({ page }) => page.tab.close()));
    await this.network[Symbol.asyncDispose]();
  }
}

interface Tools {
  readonly home: string;
  readonly sdk: string;
}

async function startStation(name: string, client: Client, deployment: Deployment, tools: Tools): Promise<Station> {
  const tab = await openTab(client, browserOf(name), tools.home);
  const identity = { wallet: name, token: await deployment.token(name), everyMs: TRIAL.everyMs };
  return { name, client, page: await LabPage.open(tab, deployment.url, tools.sdk, identity) };
}

function openTab(client: Client, browser: BrowserName, home: string): Promise<Tab> {
  const { namespace, proxy } = client;
  const options = { home, folder: join(namespace.folder, 'browser'), proxy };
  const executable = browser === 'firefox' ? findFirefox() : findChromium();
  if (!executable) throw new Error(`${browser} is not installed (apt-get install ${PACKAGES[browser]})`);
  if (browser === 'chromium') return openChromiumTab(namespace.launcher(executable), options);
  return openFirefoxTab((...command) => client.spawn(...command), executable, options);
}

/** The Debian package of each browser. */
const PACKAGES: Readonly<Record<BrowserName, string>> = { chromium: 'chromium', firefox: 'firefox-esr' };

const seconds = (sinceMs: number): string => ((performance.now() - sinceMs) / 1000).toFixed(1);
