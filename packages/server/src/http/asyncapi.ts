import {
  CLIENT_EVENTS,
  type ClientEvent,
  Handshake,
  PATHS,
  ROUTES,
  SERVER_EVENTS,
  type ServerEvent,
} from '@anypath/protocol';
import type { FastifyInstance } from 'fastify';
import type * as v from 'valibot';
import { ANSWERS, CLIENT_DOCS, ConnectError, SERVER_DOCS } from './asyncapi-texts.ts';
import { type Json, jsonOf } from './json-schema.ts';

/** `GET /asyncapi.json`. */
export function asyncApiRoute(app: FastifyInstance, version: string, cookie: string): void {
  const text = JSON.stringify(asyncApi(version, cookie));
  app.get(ROUTES.asyncapi.path, async (_request, reply) => reply.type('application/json; charset=utf-8').send(text));
}

/**
 * The AsyncAPI document of the server (AsyncAPI 3.0), written from the event tables. It speaks as the server does: it
 * receives what clients send.
 *
 * @param version of the server
 * @param cookie name of the session cookie
 */
export function asyncApi(version: string, cookie: string): Json {
  const clientEvents = Object.keys(CLIENT_EVENTS) as ClientEvent[];
  const serverEvents = Object.keys(SERVER_EVENTS) as ServerEvent[];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'anypath',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: { socket: server() },
    channels: {
      socket: {
        address: '/',
        title: 'The default namespace of Socket.IO',
        messages: {
          connect: message('CONNECT', 'The handshake: `auth` of Socket.IO.', Handshake),
          connect_error: message('connect_error', 'Why a connection was refused.', ConnectError),
          ...byKey(clientEvents, received, (event) => message(event, CLIENT_DOCS[event], CLIENT_EVENTS[event])),
          ...byKey(serverEvents, sent, (event) => message(event, SERVER_DOCS[event], SERVER_EVENTS[event])),
          ...byKey(Object.keys(ANSWERS), (name) => name, answer),
        },
      },
    },
    operations: {
      connect: receive('connect', 'Connects a device.', [sent('session:start'), 'connect_error']),
      ...byKey(clientEvents, received, (event) =>
        receive(received(event), CLIENT_DOCS[event], [ANSWER_OF[event] ?? 'answer', 'answer_refused']),
      ),
      ...byKey(serverEvents, sent, send),
    },
    components: { securitySchemes: securitySchemes(cookie) },
  };
}

const DESCRIPTION = [
  'The events of one Socket.IO connection (protocol 5, Engine.IO 4, default parser), over WebSocket or HTTP long-polling.',
  'The document speaks as the server: it receives what clients send, and replies in the acknowledgement callback.',
  `docs/protocol.md explains them in their order; HTTP is described at ${PATHS.openapi}.`,
].join(' ');

/** What answers an event that is accepted, where it is more than `{ ok: true }`. */
const ANSWER_OF: Readonly<Partial<Record<ClientEvent, string>>> = {
  'contacts:list': 'answer_contacts',
  'contacts:change': 'answer_contact',
  'relay:enqueue': 'answer_enqueued',
  'relay:pull': 'answer_mail',
  'relay:ack': 'answer_acked',
  'devices:register': 'answer_device',
  'devices:list': 'answer_devices',
  'devices:rename': 'answer_devices',
  'devices:revoke': 'answer_devices',
};

/** A key of AsyncAPI has no `:`. */
const keyOf = (event: string) => event.replace(':', '.');
const received = (event: string) => `receive.${keyOf(event)}`;
const sent = (event: string) => `send.${keyOf(event)}`;

const byKey = <N extends string>(names: readonly N[], key: (name: N) => string, row: (name: N) => Json): Json =>
  Object.fromEntries(names.map((name) => [key(name), row(name)]));

const message = (name: string, summary: string, schema: v.GenericSchema): Json => {
  return { name, summary, payload: jsonOf(schema) };
};

function answer(name: string): Json {
  const row = ANSWERS[name];
  if (!row) throw new TypeError(`there is no answer ${name}`);
  return message('acknowledgement', row.doc, row.schema);
}

const CHANNEL: Json = { $ref: '#/channels/socket' };
const messageAt = (key: string): Json => ({ $ref: `#/channels/socket/messages/${key}` });

function receive(key: string, summary: string, replies: readonly string[]): Json {
  const reply = { channel: CHANNEL, messages: replies.map(messageAt) };
  return { action: 'receive', channel: CHANNEL, summary, messages: [messageAt(key)], reply };
}

const send = (event: ServerEvent): Json => {
  return { action: 'send', channel: CHANNEL, summary: SERVER_DOCS[event], messages: [messageAt(sent(event))] };
};

function server(): Json {
  const schemes = ['cookie', 'bearer'];
  return {
    host: '{host}',
    pathname: '/socket.io/',
    protocol: 'wss',
    protocolVersion: '13',
    description: 'With `https` and `?transport=polling` where WebSocket does not get through; without TLS on loopback.',
    variables: { host: { default: 'localhost:3000', description: 'Name and port of the server.' } },
    security: schemes.map((name) => ({ $ref: `#/components/securitySchemes/${name}` })),
  };
}

function securitySchemes(cookie: string): Json {
  return {
    cookie: {
      type: 'httpApiKey',
      in: 'cookie',
      name: cookie,
      description: 'The session, with its `csrfToken` in the handshake.',
    },
    bearer: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'As `token` in the handshake, where ALLOW_BEARER_AUTH allows it.',
    },
  };
}
