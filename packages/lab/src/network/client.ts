import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { AccessLink } from './access-link.ts';
import type { AddressPool } from './addresses.ts';
import type { Namespace } from './namespace.ts';
import { type Site, subnetOf } from './site-plan.ts';
import { PROXY_PORT, type Topology } from './topology.ts';

/** Where a proxy is found. */
export interface ProxyAddress {
  readonly host: string;
  readonly port: number;
}

/** Somebody's computer in one class of network. */
export class Client {
  readonly name: string;
  readonly site: Site;
  /** Its line to the internet. */
  readonly link: AccessLink;
  /** Where public addresses come from. */
  readonly addresses: AddressPool;
  /** How the internet sees it; events change it. */
  publicAddress: string;
  /** How often its network was renumbered. */
  generation = 0;

  constructor(name: string, site: Site, addresses: AddressPool) {
    this.name = name;
    this.site = site;
    this.addresses = addresses;
    this.link = new AccessLink(site.internet, site.port, site.topology.link.lossPercent);
    this.publicAddress = site.topology.family === 'ipv6' ? subnetOf(site, 0).inner : site.publicIpv4;
  }

  get topology(): Topology {
    return this.site.topology;
  }

  get namespace(): Namespace {
    return this.site.client;
  }

  /** From the client outwards. */
  get routers(): readonly Namespace[] {
    return this.site.routers;
  }

  /** The proxy that this client must use, where its network has one. */
  get proxy(): ProxyAddress | undefined {
    if (!this.topology.proxy) return undefined;
    return { host: subnetOf(this.site, 0).outer, port: PROXY_PORT };
  }

  /**
   * Starts a command on this client's computer, such as a browser. Signals to it reach the command itself.
   *
   * @param options as for `node:child_process`
   */
  spawn(command: string, args: readonly string[] = [], options: SpawnOptions = {}): ChildProcess {
    return this.namespace.spawn(command, args, options);
  }
}
