import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorCode, LIMITS, type PresenceUpdate } from '@anypath/protocol';
import type { Logger } from 'pino';
import { Server, type ServerOptions } from 'socket.io';
import type { Authenticator } from '../auth/authenticate.ts';
import { atMoment } from '../auth/expiry.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { Bus } from '../bus/port.ts';
import { checkNamespace } from '../check/namespace.ts';
import type { Config } from '../config.ts';
import type { Acquaintances } from '../contacts/acquaintances.ts';
import type { ContactChange, Contacts } from '../contacts/contacts.ts';
import { contactEvents } from '../contacts/events.ts';
import type { Devices, RemovedDevice } from '../devices/devices.ts';
import { deviceEvents } from '../devices/events.ts';
import { DeviceNews } from '../devices/news.ts';
import type { Flags } from '../flags/flags.ts';
import type { Limits } from '../http/limits.ts';
import { Presence } from '../presence/presence.ts';
import { mailboxEvents } from '../relay/events.ts';
import { liveEvents } from '../relay/live.ts';
import type { Mailbox } from '../relay/mailbox.ts';
import { Pushes } from '../relay/pushes.ts';
import { signallingEvents } from '../signalling/events.ts';
import { Signalling } from '../signalling/signalling.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type ReportParts, reportEvents } from '../telemetry/reports.ts';
import { admit, isKnown, mayConnect, refusal, trustsOf, waitAtDoor } from './admission.ts';
import { type Socket, type SocketServer, sessionRoom } from './connection.ts';
import { Connections } from './connections.ts';
import { createDelivery } from './delivery.ts';
import { lightenWrites } from './engine-writes.ts';
import { type EventParts, type Handlers, listen } from './events.ts';
import { type LegacyUse, signalToLegacy, tellLegacyPresence } from './legacy.ts';
import { nodeEvents } from './nodes.ts';
import { OneATurn } from './one-a-turn.ts';
import { keyRoom, walletRoom } from './rooms.ts';
import { type Siblings, siblingsOf } from './siblings.ts';

import { endHere, type WelcomeParts, welcome } from './welcome.ts';

/** What the socket server works with. */
export interface SocketParts {
  readonly config: Pick<
    Config,
    | 'ALLOWED_ORIGINS'
    | 'TRUST_PROXY'
    | 'CHECK_PUBLIC'
    | 'CONTACTS'
    | 'HIDE_HOST_CANDIDATES'
    | 'RTC_SIGNAL_LEGACY_ENABLED'
  >;
  readonly authenticator: Pick<Authenticator, 'handshake'>;
  readonly sessions: Pick<Sessions, 'hasEnded' | 'onEnded' | 'endedElsewhere' | 'refresh'>;
  readonly bus: Bus;
  readonly limits: Limits;
  readonly flags: Flags;
  readonly contacts: Contacts;
  readonly mailbox: Mailbox;
  readonly acquaintances: Acquaintances;
  readonly devices: Devices;
  readonly metrics: ReportParts['metrics'] & Pick<Metrics, 'refused'>;
  /** Told of each use of a deprecated event. */
  readonly legacyUsed: LegacyUse;
  /** Reaches the sockets of other nodes, where there are any. */
  readonly adapter: ServerOptions['adapter'] | undefined;
  /** Name of this node. */
  readonly node: string;
  readonly log: Logger;
}

/** How often a connection is checked, and how long it may take to answer: who vanished is known within 12 s. */
const PING = { pingInterval: 8_000, pingTimeout: 4_000 } as const;

/** The sockets of a server. */
export interface SocketService {
  readonly io: SocketServer;
  /** Closes every connection. Nobody hears of it as presence: it is the server that goes. */
  close(): Promise<void>;
}

/** Signalling, presence, the live relay and the mailbox on one Socket.IO connection. */
export function createSocketServer(http: HttpServer, parts: SocketParts): SocketService {
  const { config, authenticator, sessions, limits, log } = parts;
  const trusts = trustsOf(config.TRUST_PROXY);
  const io: SocketServer = new Server(http, {
    serveClient: false,
    maxHttpBufferSize: LIMITS.socketPacketMaxBytes,
    connectTimeout: 10_000,
    ...PING,
    ...(parts.adapter === undefined ? {} : { adapter: parts.adapter }),
    cors: { origin: [...config.ALLOWED_ORIGINS], credentials: true },
    // CORS does not cover WebSocket: the browser connects first and leaves the check to us (RFC 6455, 10.2).
    allowRequest: (request, decide) => decide(null, mayConnect(request, config.ALLOWED_ORIGINS)),
  });
  nameConnections(io, parts.node);
  logTransport(io, log);
  lightenWrites(io);
  const atDoor = new OneATurn();
  io.engine.use((request: IncomingMessage, _response: ServerResponse, next: () => void) => {
    if (isKnown(request)) next();
    else waitAtDoor(atDoor, request, next);
  });
  io.use((socket, next) => {
    atDoor.run(() => {
      admit(socket, authenticator, limits, trusts).then(
        () => next(),
        (error: unknown) => next(refusal(error, log)),
      );
    });
  });
  checkNamespace(io, parts, trusts);
  const siblings = siblingsOf(io, parts.adapter !== undefined);
  const work = assemble(io, parts, siblings);
  io.on('connection', (socket) => {
    const { sessionId, expiresAtMs } = socket.data.identity;
    // It may have ended while the socket was being checked.
    if (sessions.hasEnded(sessionId)) return endHere(io, socket.id, 'session_ended');
    void socket.join(sessionRoom(sessionId));
    socket.once(
      'disconnect',
      atMoment(expiresAtMs, () => endHere(io, socket.id, 'session_ended')),
    );
    listen(socket, work);
    welcome(io, socket, work);
  });
  sessions.onEnded(({ sessionId, expiresAtMs, elsewhere }) => {
    endHere(io, sessionRoom(sessionId), 'session_ended');
    if (!elsewhere) siblings.tell('sessionEnded', sessionId, expiresAtMs);
  });
  siblings.hear('sessionEnded', (sessionId, expiresAtMs) => sessions.endedElsewhere(sessionId, expiresAtMs));
  const close = () => {
    work.presence.close();
    work.deviceNews.close();
    return io.close();
  };
  return { io, close };
}

/** Everything that connections work with, made for one another. */
function assemble(
  io: SocketServer,
  parts: SocketParts,
  siblings: Siblings,
): EventParts & WelcomeParts & { deviceNews: DeviceNews } {
  const { config, bus, limits, flags, contacts, acquaintances, devices, mailbox, log } = parts;
  const isLegacyOn = config.RTC_SIGNAL_LEGACY_ENABLED;
  const connections = new Connections();
  const pushes = new Pushes(mailbox, (wallet) => connections.ofWallet(wallet));
  const isBehind = (socket: Socket) => pushes.isBehind(socket);
  const delivery = createDelivery({ connections, bus, log, legacy: signalToLegacy, isBehind });
  const signalling = new Signalling({ config, bus, flags, acquaintances, delivery, log });
  const tell = (wallet: string, update: PresenceUpdate) => {
    io.local.to(walletRoom(wallet)).emit('presence:update', update);
    if (isLegacyOn) for (const socket of connections.ofWallet(wallet)) tellLegacyPresence(socket, update);
  };
  const show = (socket: Socket, update: PresenceUpdate) => {
    socket.emit('presence:update', update);
    if (isLegacyOn) tellLegacyPresence(socket, update);
  };
  const presence = new Presence({ bus, acquaintances, tell });
  tellOfContacts(io, parts, siblings, presence);
  tellOfMail(parts, pushes);
  bus.listen(nodeEvents(io, parts, { presence, signalling, delivery, pushes }));
  const legacy = isLegacyOn ? parts.legacyUsed : undefined;
  const handlers: Handlers = {
    'session:check': () => ({ ok: true }),
    ...signallingEvents(signalling, legacy, log),
    ...liveEvents(acquaintances, delivery),
    ...contactEvents(contacts),
    ...mailboxEvents(mailbox, pushes),
    ...deviceEvents(devices, acquaintances),
    ...reportEvents(parts),
  };
  const refused = (code: ErrorCode) => parts.metrics.refused('socket', code);
  const deviceNews = tellOfDevices(io, parts, siblings);
  return { limits, handlers, refused, connections, signalling, bus, presence, deviceNews, show, log };
}

/** Each node tells its own sockets what has changed between two wallets. */
function tellOfContacts(
  io: SocketServer,
  { config, contacts }: SocketParts,
  siblings: Siblings,
  presence: Presence,
): void {
  const changed = ({ wallet, update }: ContactChange) => {
    io.local.to(walletRoom(wallet)).emit('contacts:update', update);
    // Where everyone is a contact, a relation that ends changes nothing.
    if (config.CONTACTS === 'mutual') presence.contactChanged(wallet, update);
  };
  contacts.onChange((change) => {
    changed(change);
    siblings.tell('contactChanged', change);
  });
  siblings.hear('contactChanged', (change) => {
    contacts.changedElsewhere(change.wallet, change.update.wallet);
    changed(change);
  });
}

/** Messages, and that they were acknowledged, reach every connection of their wallet. */
function tellOfMail({ mailbox, bus }: SocketParts, pushes: Pushes): void {
  mailbox.onArrival((arrival) => {
    pushes.push(arrival);
    const { wallet, keyIds, mail } = arrival;
    bus.notify(wallet, { kind: 'arrival', keyIds, mail });
  });
  mailbox.onAcknowledged((reader, positions) => {
    pushes.acknowledged(reader, positions);
    bus.notify(reader.wallet, { kind: 'acknowledged', keyId: reader.keyId, positions });
  });
}

/** Changes of devices reach who may see them, and those that are revoked lose their connections. */
function tellOfDevices(io: SocketServer, { devices, bus, acquaintances }: SocketParts, siblings: Siblings): DeviceNews {
  const news = new DeviceNews({
    devices,
    bus,
    acquaintances,
    tell: (wallets, update) => void io.to(wallets.map(walletRoom)).emit('devices:update', update),
  });
  const revoked = ({ wallet, keyId }: Pick<RemovedDevice, 'wallet' | 'keyId'>) => {
    endHere(io, keyRoom(wallet, keyId), 'device_revoked');
  };
  devices.onChange((change) => {
    siblings.tell('devicesChanged', change.wallet);
    news.changed(change);
  });
  devices.onRemoved(({ wallet, keyId, because }) => {
    if (because !== 'revoked') return;
    siblings.tell('deviceRevoked', { wallet, keyId });
    // A device may revoke itself, and hears the answer first.
    setImmediate(() => revoked({ wallet, keyId }));
  });
  siblings.hear('devicesChanged', (wallet) => devices.changedElsewhere(wallet));
  siblings.hear('deviceRevoked', revoked);
  return news;
}

/** The front of several nodes finds that of a long-polling client by the name of its connection. */
function nameConnections(io: SocketServer, node: string): void {
  const made = io.engine.generateId.bind(io.engine);
  io.engine.generateId = (request: IncomingMessage) => `${node}.${made(request)}`;
}

/** Engine.IO refuses some requests by itself and tells nobody but the client. */
function logTransport(io: SocketServer, log: Logger): void {
  io.engine.on('connection_error', ({ message }: { message: string }) => {
    log.warn({ code: 'forbidden', reason: message }, 'connection refused');
  });
  io.engine.use((request: IncomingMessage, response: ServerResponse, next: () => void) => {
    if (request.method === 'POST') {
      response.once('finish', () => {
        if (response.statusCode === 413) log.warn({ code: 'payload_too_large' }, 'request refused');
      });
    }
    next();
  });
}
