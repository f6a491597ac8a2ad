import type { CheckRow } from '@anypath/protocol';

/** What every check works with. */
export interface Scene {
  /** Aborts when the time of the whole run is up. */
  readonly signal: AbortSignal;
  /** The proxy for a URL, where the environment or the system has one. */
  proxyFor(url: string): string | undefined;
  /** Unix time, milliseconds. */
  now(): number;
}

/** How long one check may take, milliseconds. Long enough for a connection whose first packet is lost twice. */
export const CHECK_MS = 4_000;

/** A check that could not be tried, because what it needs was not to be had. */
export const NOT_TRIED = { outcome: 'unknown', reason: 'not_tried' } as const satisfies Pick<
  CheckRow,
  'outcome' | 'reason'
>;

/** The proxy for a TCP connection: browsers take TURN over TCP and TLS through the proxy for https. */
export const proxyOf = (scene: Scene, host: string, port: number): string | undefined =>
  scene.proxyFor(`https://${host.includes(':') ? `[${host}]` : host}:${port}/`);
