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

/** The proxy for a TCP connection: browsers take TURN over TCP and TLS through the proxy for https. */
export const proxyOf = (scene: Scene, host: string, port: number): string | undefined =>
  scene.proxyFor(`https://${host.includes(':') ? `[${host}]` : host}:${port}/`);
