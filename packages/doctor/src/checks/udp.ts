import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import type { CheckRow, RowOf } from '@anypath/protocol';
import type { TransportAddress, TurnClient } from '@anypath/stun';
import { type Attempt, attempt, outcomeOf } from '../net/bounded.ts';
import { allocateAt, type Endpoint, isTurn } from '../net/endpoint.ts';
import { familyOf, resolved, type Sight, Vantage } from '../net/vantage.ts';
import { CHECK_MS, type Scene } from '../scene.ts';
import { isPrivateAddress, joined } from '../verdict/addresses.ts';

type Nat = Pick<RowOf<'nat'>, 'mapping' | 'filtering' | 'observations'>;

/** How long each question to the router may take, milliseconds. */
const QUESTION_MS = 1_600;
/** Time in which an unasked packet would have come, milliseconds. */
const UNASKED_MS = 900;

/**
 * What the router does with UDP, and whether the relay's own ports are reached.
 *
 * One port of ours asks several destinations, the relay's port among them: where it is seen under another port each time,
 * the router maps by destination. A second port asks STUN alone, and then the relay writes to it unasked: where that
 * arrives, nothing filters.
 *
 * @param endpoints over UDP
 * @returns nothing where none of them answers
 */
export async function checkUdp(scene: Scene, endpoints: readonly Endpoint[]): Promise<CheckRow[]> {
  const [first] = endpoints;
  if (!first) return [];
  const looked = await attempt(scene.signal, CHECK_MS, () =>
    Promise.all(endpoints.map(({ host, port }) => resolved(host, port))),
  );
  const targets = looked.ok ? looked.value : [];
  const family = familyOf(targets[0]?.address ?? '0.0.0.0');
  const usable = targets.filter(({ address }) => familyOf(address) === family);
  if (usable.length === 0) return [];
  await using vantage = await Vantage.open(family);
  const sights = await sightsFrom(scene, vantage, usable);
  const [sight] = sights;
  if (!sight) return [];
  const relay = await relayRows(scene, vantage, sight, endpoints);
  const seen = relay.seen ? [...sights, relay.seen] : sights;
  const nat: Nat = {
    mapping: mappingOf(seen),
    filtering: relay.filtering === 'unknown' ? await filteringByServer(scene, sight) : relay.filtering,
    observations: new Set(seen.map(({ to }) => joined(to.address, to.port))).size,
  };
  const row: RowOf<'nat'> = {
    check: 'nat',
    subject: joined(sight.mapped.address, sight.mapped.port),
    outcome: 'ok',
    ...nat,
  };
  return [row, ...relay.rows];
}

/** Asks every server, and the other address of the first that has one (RFC 5780 section 4.3). */
async function sightsFrom(scene: Scene, vantage: Vantage, targets: readonly TransportAddress[]): Promise<Sight[]> {
  const bind = (to: TransportAddress) => attempt(scene.signal, QUESTION_MS, (signal) => vantage.bind(to, signal));
  const unique = [...new Map(targets.map((each) => [joined(each.address, each.port), each])).values()];
  const sights = valuesOf(await Promise.all(unique.map(bind)));
  const asked = sights.find(({ other }) => other !== undefined);
  if (!asked?.other) return sights;
  const others = [{ ...asked.other, port: asked.to.port }, asked.other];
  return [...sights, ...valuesOf(await Promise.all(others.map(bind)))];
}

const valuesOf = <T>(results: readonly Attempt<T>[]): T[] => results.flatMap((each) => (each.ok ? [each.value] : []));

/**
 * How ports are mapped, as far as the sights show (RFC 4787 section 4.1).
 *
 * @param sights from one port
 */
export function mappingOf(sights: readonly Sight[], own: ReadonlySet<string> = ownAddresses()): Nat['mapping'] {
  const [first, ...rest] = sights;
  if (!first) return 'unknown';
  if (own.has(first.mapped.address)) return 'none';
  const others = rest.filter(({ to }) => joined(to.address, to.port) !== joined(first.to.address, first.to.port));
  if (others.length === 0) return 'unknown';
  const isSame = (sight: Sight) =>
    joined(sight.mapped.address, sight.mapped.port) === joined(first.mapped.address, first.mapped.port);
  if (others.every(isSame)) return 'endpoint-independent';
  const isByPort = others.some((sight) => sight.to.address === first.to.address && !isSame(sight));
  const hasPorts = others.some((sight) => sight.to.address === first.to.address);
  return isByPort || !hasPorts ? 'address-and-port-dependent' : 'address-dependent';
}

const ownAddresses = (): ReadonlySet<string> =>
  new Set(Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address)));

interface RelayFacts {
  readonly rows: CheckRow[];
  /** Our port as the relay's port saw it. */
  readonly seen: Sight | undefined;
  readonly filtering: Nat['filtering'];
}

const NO_RELAY: RelayFacts = { rows: [], seen: undefined, filtering: 'unknown' };

/** With an allocation: packets past TURN to the relay's port, and from there to a port of ours that never asked for any. */
async function relayRows(
  scene: Scene,
  vantage: Vantage,
  sight: Sight,
  endpoints: readonly Endpoint[],
): Promise<RelayFacts> {
  const endpoint = endpoints.find((each) => isTurn(each) && each.credentials !== undefined);
  if (!endpoint) return NO_RELAY;
  const allocated = (family?: 6) =>
    attempt(scene.signal, QUESTION_MS, (signal) => allocateAt(scene, endpoint, signal, family));
  // A relayed address is IPv4 where none is asked for (RFC 8656 section 5), and does not reach a port that is IPv6.
  const sameFamily = familyOf(sight.mapped.address) === 6 ? await allocated(6) : undefined;
  const made = sameFamily?.ok ? sameFamily : await allocated();
  if (!made.ok) return NO_RELAY;
  await using client = made.value;
  const relayed = joined(client.relayed.address, client.relayed.port);
  const row = { check: 'range', subject: endpoint.uri, relayed } as const;
  if (isPrivateAddress(client.relayed.address) && !isPrivateAddress(client.mapped.address)) {
    return { ...NO_RELAY, rows: [{ ...row, outcome: 'unknown', reason: 'private_address' }] };
  }
  const permitted = await attempt(scene.signal, QUESTION_MS, (signal) =>
    client.permit(sight.mapped.address, { signal }),
  );
  if (!permitted.ok) return { ...NO_RELAY, rows: [{ ...row, ...outcomeOf(permitted), outcome: 'unknown' }] };
  const reached = await attempt(scene.signal, QUESTION_MS, (signal) => reach(vantage, client, signal));
  const rows: CheckRow[] = [{ ...row, ...outcomeOf(reached) }];
  if (!reached.ok) return { rows, seen: undefined, filtering: 'unknown' };
  const seen: Sight = { to: client.relayed, mapped: reached.value, other: undefined };
  return { rows, seen, filtering: await filteringBy(scene, client, sight.to) };
}

/** @returns our port as the relay's port sees it */
async function reach(vantage: Vantage, client: TurnClient, signal: AbortSignal): Promise<TransportAddress> {
  const word = randomBytes(16);
  const answered = new AbortController();
  const stops: (() => void)[] = [];
  try {
    return await new Promise((resolve, reject) => {
      stops.push(
        client.onData((data, peer) => {
          if (Buffer.compare(data, word) === 0) resolve(peer);
        }),
      );
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      vantage.send(client.relayed, word, AbortSignal.any([signal, answered.signal]));
    });
  } finally {
    answered.abort();
    for (const stop of stops) stop();
  }
}

/** A port of ours that wrote to STUN alone; what the relay writes to it comes from another port of the same host. */
async function filteringBy(scene: Scene, client: TurnClient, stun: TransportAddress): Promise<Nat['filtering']> {
  await using quiet = await Vantage.open(familyOf(stun.address));
  const bound = await attempt(scene.signal, QUESTION_MS, (signal) => quiet.bind(stun, signal));
  if (!bound.ok) return 'unknown';
  const word = randomBytes(16);
  const came = await attempt(scene.signal, UNASKED_MS, async (signal) => {
    const heard = quiet.heard((bytes) => (Buffer.compare(bytes, word) === 0 ? true : undefined), signal);
    const timers = [0, 150, 300].map((ms) =>
      setTimeout(() => {
        if (!client.ended.aborted) client.send(bound.value.mapped, word);
      }, ms),
    );
    return heard.finally(() => {
      for (const timer of timers) clearTimeout(timer);
    });
  });
  if (came.ok) return 'none';
  return came.reason === 'timeout' ? 'filtered' : 'unknown';
}

/** The server itself answers from elsewhere, where it can (RFC 5780 section 4.4). */
async function filteringByServer(scene: Scene, { to, other }: Sight): Promise<Nat['filtering']> {
  if (!other) return 'unknown';
  const answers = async (change: { address: boolean; port: boolean }) => {
    await using quiet = await Vantage.open(familyOf(to.address));
    return (await attempt(scene.signal, UNASKED_MS, (signal) => quiet.bind(to, signal, change))).ok;
  };
  const [fromElsewhere, fromOtherPort] = await Promise.all([
    answers({ address: true, port: true }),
    answers({ address: false, port: true }),
  ]);
  if (fromElsewhere) return 'none';
  return fromOtherPort ? 'address-dependent' : 'address-and-port-dependent';
}
