import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { sep } from 'node:path';
import { type Health, ROUTES } from '@anypath/protocol';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { devSignInRoutes } from './auth/routes.ts';
import { createTokens } from './auth/tokens.ts';
import { createLocalBus } from './bus/local.ts';
import type { Config } from './config.ts';
import { startManagedCoturn } from './coturn/managed.ts';
import { createApp } from './http/app.ts';
import { Connections } from './http/connections.ts';
import type { Coturn } from './ice/coturn.ts';
import { iceRoutes } from './ice/routes.ts';
import { isLoopback } from './loopback.ts';
import { createSocketServer } from './socket/server.ts';
import { openSqliteStore } from './store/sqlite.ts';

/** How long connections may take to read what is on its way to them when the server stops. */
const DRAIN_WITHIN_MS = 2_000;

/** What a server is started with beside its configuration. */
export interface ServerParts {
  readonly log: Logger;
  readonly version: string;
  /** Folder of the built web page, if it is to be served. */
  readonly webDir?: string;
  /** Told in sentences what was decided at the start. */
  readonly say: (sentence: string) => void;
}

/** A server that runs. */
export interface RunningServer {
  /** Where it is, such as `http://localhost:3000`. */
  readonly url: string;
  readonly port: number;
  /** Process id of the managed coturn while it runs. */
  turnPid(): number | undefined;
  /** Stops accepting, ends connections, stops coturn, closes the store. */
  close(): Promise<void>;
}

/**
 * Starts everything that the configuration asks for.
 *
 * @throws Error where the address is taken or the store cannot be opened; nothing is left running then
 */
export async function startServer(config: Config, parts: ServerParts): Promise<RunningServer> {
  const { log, version, webDir, say } = parts;
  const store = openSqliteStore(config.DATA_DIR);
  const secret = config.JWT_SECRET ? Buffer.from(config.JWT_SECRET) : store.secret('jwt', () => randomBytes(32));
  const tokens = createTokens(secret);
  const app = createApp(config, log);
  const connections = new Connections(app.server);
  const io = createSocketServer(app.server, { config, tokens, bus: createLocalBus(), log });
  let managed: Awaited<ReturnType<typeof startManagedCoturn>>;

  const close = async () => {
    io.emit('session:end', { error: 'shutting_down', message: 'the server stops' });
    const cut = setTimeout(() => connections.destroy(), DRAIN_WITHIN_MS);
    await io.close();
    await app.close();
    clearTimeout(cut);
    await managed?.stop();
    store.close();
  };

  try {
    const coturn = (): Coturn | undefined =>
      config.TURN_URIS.length > 0 ? { uris: config.TURN_URIS, secret: config.TURN_SECRET } : managed?.current();
    app.get(ROUTES.health.path, async (): Promise<Health> => {
      return { status: 'ok', version, uptimeSeconds: Math.floor(process.uptime()) };
    });
    iceRoutes(app, { config, tokens, store, coturn });
    if (config.devSignIn) devSignInRoutes(app, tokens);
    else if (!config.JWT_SECRET)
      say('Nobody can sign in: set JWT_SECRET, or listen on 127.0.0.1 for the development sign-in.');
    if (webDir) app.register(fastifyStatic, { root: webDir, cacheControl: false, setHeaders: cachePage });
    await app.listen({ host: config.HOST === 'localhost' ? '127.0.0.1' : config.HOST, port: config.PORT });
    managed = await startManagedCoturn(config, log, say);
  } catch (error) {
    await close();
    throw error;
  }
  const { port } = app.server.address() as AddressInfo;
  return { url: urlOf(config.HOST, port), port, turnPid: () => managed?.pid(), close };
}

/** Assets carry a hash of their content in their names; the page that names them is asked for each time. */
function cachePage(reply: FastifyReply, path: string): void {
  const isHashed = path.includes(`${sep}assets${sep}`);
  reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
}

/** A URL that a person can click: loopback by its name, wildcard addresses by loopback. */
function urlOf(host: string, port: number): string {
  if (isLoopback(host) || host === '0.0.0.0' || host === '::') return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
