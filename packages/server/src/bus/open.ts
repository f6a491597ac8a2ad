import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { createLocalBus } from './local.ts';
import type { Bus } from './port.ts';
import { openRedisBus, type SocketAdapter } from './redis.ts';

/** A bus, and what Socket.IO needs to reach the sockets of other nodes where there may be others. */
export interface OpenedBus {
  readonly bus: Bus;
  /** The option `adapter` of Socket.IO's server. It ends with the bus; close the server first. */
  readonly adapter?: SocketAdapter;
}

/**
 * Opens the bus that the configuration names. Where that is Redis and Redis is away, the node begins on its own, and finds the others later.
 *
 * @throws Error where `BUS_URL` is no URL
 */
export async function openBus(config: Pick<Config, 'BUS_URL' | 'NODE_NAME'>, log: Logger): Promise<OpenedBus> {
  if (config.BUS_URL === '') return { bus: createLocalBus() };
  const bus = await openRedisBus({ url: config.BUS_URL, node: config.NODE_NAME, log });
  return { bus, adapter: await bus.openAdapter() };
}
