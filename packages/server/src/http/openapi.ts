import { ERRORS, ErrorBody, PATHS, RATE_LIMITS, ROUTES, type Route } from '@anypath/protocol';
import type { FastifyInstance } from 'fastify';
import type * as v from 'valibot';
import { type Json, jsonOf } from './json-schema.ts';

/** `GET /openapi.json`. */
export function openApiRoute(app: FastifyInstance, version: string, cookie: string): void {
  const text = JSON.stringify(openApi(version, cookie));
  app.get(ROUTES.openapi.path, async (_request, reply) => reply.type('application/json; charset=utf-8').send(text));
}

/**
 * The OpenAPI document of the server (OpenAPI 3.1), written from the route table.
 *
 * @param version of the server
 * @param cookie name of the session cookie
 */
export function openApi(version: string, cookie: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, route] of Object.entries<Route>(ROUTES)) {
    const method = route.method.toLowerCase();
    paths[route.path] = { ...paths[route.path], [method]: operation(name, route) };
    for (const [index, alias] of route.aliases.entries()) {
      const older = { ...operation(`${name}_${index + 1}`, route), deprecated: true };
      paths[alias] = { ...paths[alias], [method]: older };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'anypath',
      version,
      description: `Connects two people from any network. Signalling, presence and the live relay go over Socket.IO, beside this; \`${PATHS.asyncapi}\` describes their events (AsyncAPI).`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      schemas: { Error: jsonOf(ErrorBody) },
      securitySchemes: {
        cookie: { type: 'apiKey', in: 'cookie', name: cookie },
        csrf: { type: 'apiKey', in: 'header', name: 'X-CSRF-Token', description: `From ${PATHS.session}.` },
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'Where ALLOW_BEARER_AUTH allows it.',
        },
        operator: { type: 'http', scheme: 'bearer', description: 'METRICS_TOKEN.' },
      },
    },
  };
}

const SECURITY: Readonly<Record<Route['access'], readonly Json[]>> = {
  anyone: [],
  session: [{ cookie: [], csrf: [] }, { bearer: [] }],
  operator: [{ operator: [] }],
};

function operation(operationId: string, route: Route): Json {
  return {
    operationId,
    summary: route.doc,
    security: SECURITY[route.access],
    ...(route.query ? { parameters: parametersOf(route.query) } : {}),
    ...(route.body
      ? { requestBody: { required: true, content: { 'application/json': { schema: jsonOf(route.body) } } } }
      : {}),
    responses: { ...answerOf(route.answer), ...refusalsOf(route) },
  };
}

function answerOf(answer: Route['answer']): Json {
  if (answer === 'none') return { 204: { description: 'Done.' } };
  const content =
    answer === 'text'
      ? { 'text/plain': { schema: { type: 'string' } } }
      : { 'application/json': { schema: answer === 'json' ? { type: 'object' } : jsonOf(answer) } };
  return { 200: { description: 'The answer.', content } };
}

/** One response for each status, naming its codes. */
function refusalsOf({ errors }: Route): Json {
  const byStatus = new Map<number, string[]>();
  for (const code of errors) {
    const { status, advice } = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), `\`${code}\`: ${advice}`]);
  }
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };
  const rows = [...byStatus].map(([status, lines]) => {
    const headers = status === ERRORS.rate_limited.status ? { headers: RETRY_AFTER } : {};
    return [status, { description: lines.join('\n'), content, ...headers }];
  });
  return Object.fromEntries(rows);
}

const RETRY_AFTER: Json = {
  'Retry-After': {
    description: `Seconds. ${Object.values(RATE_LIMITS).length} limits are in the reference.`,
    schema: { type: 'integer' },
  },
};

function parametersOf(query: v.GenericSchema): Json[] {
  const { properties = {}, required = [] } = jsonOf(query) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => {
    return { name, in: 'query', required: required.includes(name), schema };
  });
}
