import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { canSignIn, createAuth } from './auth/auth.ts';
import { authRoutes } from './auth/routes.ts';
import { openBus } from './bus/open.ts';
import { checkRoute } from './check/routes.ts';
import type { Config } from './config.ts';
import { acquaintancesOf } from './contacts/acquaintances.ts';
import { Contacts } from './contacts/contacts.ts';
import { contactRoutes } from './contacts/routes.ts';
import { startManagedCoturn } from './coturn/managed.ts';
import { Devices } from './devices/devices.ts';
import { proofCheck } from './devices/proof.ts';
import { deviceRoutes } from './devices/routes.ts';
import { Drain } from './drain.ts';
import { Flags } from './flags/flags.ts';
import { createApp } from './http/app.ts';
import { asyncApiRoute } from './http/asyncapi.ts';
import { Connections } from './http/connections.ts';
import { Limits } from './http/limits.ts';
import { openApiRoute } from './http/openapi.ts';
import { servePage } from './http/page.ts';
import type { Broker } from './ice/broker.ts';
import { createBroker } from './ice/create-broker.ts';
import { iceRoutes } from './ice/routes.ts';
import { isLoopback } from './loopback.ts';
import { Mailbox } from './relay/mailbox.ts';
import { mailboxRoutes } from './relay/routes.ts';
import { createSocketServer } from './socket/server.ts';
import { openStore } from './store/open.ts';
import { Certificates } from './telemetry/certificates.ts';
import { type Gauges, mailAge } from './telemetry/gauges.ts';
import { History } from './telemetry/history.ts';
import { Metrics } from './telemetry/metrics.ts';
import { opsRoute } from './telemetry/ops.ts';
import { reportRoutes } from './telemetry/reports.ts';
import { telemetryRoutes } from './telemetry/routes.ts';

/** How long connections may take to read what is on its way to them when the server stops. */
const DRAIN_WITHIN_MS = 2_000;

/** Connections that may wait to be accepted: after an outage all clients come back at once. The system may allow fewer. */
const BACKLOG = 4096;

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
  const metrics = new Metrics();
  const store = await openStore(config, {
    fault: (error) => log.error({ err: error }, 'the mailbox cannot be used'),
    synced: (ms) => metrics.mailSynced(ms),
  });
  const node = config.NODE_NAME || randomBytes(4).toString('hex');
  const { bus, adapter } = await openBus({ ...config, NODE_NAME: node }, log);
  const limits = new Limits(bus, config.ICE_RATE_LIMIT, (name) => metrics.rateLimited(name));
  const flags = await Flags.follow(store);
  const auth = await createAuth({ config, store, bus, log });
  const app = createApp(config, log, (code) => metrics.refused('http', code));
  const connections = new Connections(app.server);
  const { authenticator, sessions } = auth;
  const contacts = new Contacts(store);
  const acquaintances = acquaintancesOf(config, contacts, bus);
  const devices = new Devices(store, proofCheck(config));
  const mailbox = new Mailbox({
    config,
    store: store.mailbox,
    bus,
    flags,
    acquaintances,
    devices,
    counters: {
      enqueued: (outcome) => metrics.mailEnqueued(outcome),
      acknowledged: (messages) => metrics.mailAcknowledged(messages),
      expired: (messages) => metrics.mailExpired(messages),
    },
  });
  devices.onRemoved(({ wallet, keyId }) => {
    mailbox.forget(wallet, keyId).catch((error: unknown) => log.error({ wallet, err: error }, 'mail not removed'));
  });
  const legacyUsed = (event: string) => metrics.legacyUsed(event);
  const people = { contacts, acquaintances, devices, mailbox };
  const socketParts = {
    config,
    authenticator,
    sessions,
    bus,
    limits,
    flags,
    metrics,
    ...people,
    legacyUsed,
    adapter,
    node,
    log,
  };
  const sockets = createSocketServer(app.server, socketParts);
  const drain = new Drain({ io: sockets.io, hasOthers: adapter !== undefined });
  let managed: Awaited<ReturnType<typeof startManagedCoturn>>;
  const broker = createBroker(config, () => managed?.current(), metrics, log);
  const certificates = new Certificates(() => secureUrls(config, broker));
  const gauges: Gauges = {
    readiness: () => broker.readiness(Date.now()),
    sockets: () => sockets.io.engine.clientsCount,
    waiting: () => store.mailbox.total(),
    mailAge: mailAge(() => store.mailbox.oldestAtMs(), Date.now),
    certificates: () => certificates.list,
  };
  metrics.watch(gauges);
  metrics.price(config.RELAY_PRICE_PER_GB);
  const { tally } = metrics;
  const history = new History({ tally, gauges: () => gauges, nowMs: Date.now });

  const close = async () => {
    await drain.run();
    broker.stop();
    certificates.stop();
    history.close();
    flags.close();
    const cut = setTimeout(() => connections.destroy(), DRAIN_WITHIN_MS);
    await sockets.close();
    await app.close();
    clearTimeout(cut);
    await managed?.stop();
    mailbox.close();
    await devices.close();
    await bus.close();
    await store.close();
  };

  try {
    const isStopping = () => drain.isOn;
    telemetryRoutes(app, { version, broker, metrics, token: config.METRICS_TOKEN, isStopping });
    openApiRoute(app, version, config.SESSION_COOKIE);
    asyncApiRoute(app, version, config.SESSION_COOKIE);
    authRoutes(app, { config, auth, limits, log });
    contactRoutes(app, { auth: authenticator, limits, contacts });
    mailboxRoutes(app, { auth: authenticator, limits, mailbox, bus });
    deviceRoutes(app, { auth: authenticator, limits, devices, acquaintances });
    reportRoutes(app, { auth: authenticator, limits, flags, metrics });
    const counted = (end: string) => metrics.iceRequest(end);
    iceRoutes(app, { config, auth: authenticator, limits, flags, broker, log, counted });
    opsRoute(app, { config, auth: authenticator, limits, version, history, tally, gauges });
    checkRoute(app, { config, auth: authenticator, limits, flags, broker });
    if (!canSignIn(config)) say(NOBODY_CAN_SIGN_IN);
    if (webDir) servePage(app, webDir);
    const host = config.HOST === 'localhost' ? '127.0.0.1' : config.HOST;
    await app.listen({ host, port: config.PORT, backlog: BACKLOG });
    managed = await startManagedCoturn(config, log, say);
    broker.start();
    mailbox.start();
    certificates.start();
    history.start();
  } catch (error) {
    await close();
    throw error;
  }
  const { port } = app.server.address() as AddressInfo;
  return { url: urlOf(config.HOST, port), port, turnPid: () => managed?.pid(), close };
}

/** Whatever clients are sent to: what speaks TLS has a certificate that ends. */
async function secureUrls({ PUBLIC_URL }: Config, broker: Broker): Promise<string[]> {
  const { providers } = await broker.readiness(Date.now());
  return [PUBLIC_URL, ...providers.flatMap(({ urls }) => urls.map(({ url }) => url))];
}

const NOBODY_CAN_SIGN_IN =
  'Nobody can sign in: set JWT_SECRET or JWKS_URL, set PUBLIC_URL for wallets, or listen on 127.0.0.1 for the development sign-in.';

/** A URL that a person can click: loopback by its name, wildcard addresses by loopback. */
function urlOf(host: string, port: number): string {
  if (isLoopback(host) || host === '0.0.0.0' || host === '::') return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
