import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '../network/client.ts';
import {
  changePublicAddress,
  cutUdp,
  forgetMappings,
  losePackets,
  plugIn,
  restoreUdp,
  unplug,
} from '../network/events.ts';
import type { Service } from '../network/service.ts';
import type { Pair } from './plan.ts';

/** Where an event happens, as far as it is not a client's own network. */
export interface Scene {
  readonly deployment: {
    /** That both sides are connected to. */
    readonly server: Service;
    readonly coturn: Service;
  };
}

/** Something that happens to a network in mid-conversation. */
export interface LabEvent {
  readonly name: string;
  /** In words, for the help and the report. */
  readonly doc: string;
  /** The classes that talk; it happens to the first. */
  readonly pair: Pair;
  /** Makes it happen. What it returns undoes it, once the conversation is over. */
  happen(scene: Scene, a: { readonly client: Client }): Promise<(() => Promise<unknown>) | undefined>;
}

/** How long an outage lasts that ends by itself. */
const OUTAGE_MS = 2_000;
const LONG_OUTAGE_MS = 10_000;
const HOMES: Pair = { a: 'home', b: 'home' };

const nothingToUndo = undefined;

/** Every event. */
export const EVENTS: readonly LabEvent[] = [
  {
    name: 'udp-cut',
    doc: 'a firewall starts to drop UDP',
    pair: HOMES,
    happen: async (_scene, { client }) => {
      await cutUdp(client);
      return () => restoreUdp(client);
    },
  },
  {
    name: 'address-change-reset',
    doc: 'the public address changes, from Wi-Fi to mobile, and the old TCP connections are reset',
    pair: HOMES,
    happen: async (_scene, { client }) => {
      await changePublicAddress(client, { oldTcp: 'reset' });
      return nothingToUndo;
    },
  },
  {
    name: 'address-change-silent',
    doc: 'the public address changes, and the old TCP connections hear nothing any more',
    pair: HOMES,
    happen: async (_scene, { client }) => {
      await changePublicAddress(client, { oldTcp: 'silent' });
      return nothingToUndo;
    },
  },
  {
    name: 'mappings-forgotten',
    doc: 'the NAT forgets its mappings',
    pair: { a: 'mobile', b: 'home' },
    happen: async (_scene, { client }) => {
      await forgetMappings(client, { oldTcp: 'silent' });
      return nothingToUndo;
    },
  },
  {
    name: 'coturn-restart',
    doc: 'coturn is killed and comes back after two seconds',
    pair: { a: 'mobile', b: 'home' },
    happen: async ({ deployment: { coturn } }) => {
      await coturn.kill();
      await delay(OUTAGE_MS);
      await coturn.restart();
      return nothingToUndo;
    },
  },
  {
    name: 'server-restart',
    doc: 'the server is killed and comes back after two seconds',
    pair: { a: 'ultra', b: 'home' },
    happen: async ({ deployment: { server } }) => {
      await server.kill();
      await delay(OUTAGE_MS);
      await server.restart();
      return nothingToUndo;
    },
  },
  {
    name: 'loss-30',
    doc: 'the line loses 30 % of its packets, each way',
    pair: HOMES,
    happen: async (_scene, { client }) => {
      await losePackets(client, 30);
      return () => losePackets(client, 0);
    },
  },
  {
    name: 'link-away',
    doc: 'the cable is pulled and put back after two seconds',
    pair: HOMES,
    happen: async (_scene, { client }) => {
      await unplug(client);
      await delay(OUTAGE_MS);
      await plugIn(client);
      return nothingToUndo;
    },
  },
  {
    name: 'link-away-10',
    doc: 'the cable is pulled and put back after ten seconds',
    pair: HOMES,
    happen: async (_scene, { client }) => {
      await unplug(client);
      await delay(LONG_OUTAGE_MS);
      await plugIn(client);
      return nothingToUndo;
    },
  },
];

/**
 * Reads events as people write them.
 *
 * @param text such as `udp-cut,link-away`, `all` or `none`
 * @throws RangeError that names the first that there is not
 */
export function parseEvents(text: string): readonly LabEvent[] {
  if (text === 'all') return EVENTS;
  if (text === 'none') return [];
  return text.split(',').map((name) => {
    const event = EVENTS.find((one) => one.name === name.trim());
    if (event) return event;
    throw new RangeError(`there is no event "${name.trim()}"; there are ${EVENTS.map((one) => one.name).join(', ')}.`);
  });
}
