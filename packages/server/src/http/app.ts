import { randomUUID } from 'node:crypto';
import { AnypathError, ERRORS, type ErrorBody, type ErrorCode, LIMITS } from '@anypath/protocol';
import cors from '@fastify/cors';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Config } from '../config.ts';

/** The page needs nothing beyond its own origin; the SDK's socket may be upgraded to WebSocket. */
const PAGE_POLICY = [
  "default-src 'self'",
  "connect-src 'self' ws: wss:",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Sent with every answer. */
const HEADERS = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

/**
 * The HTTP application without its routes: logging, errors, CORS, limits.
 *
 * @param config origins that may use it
 * @param log the server's logger
 */
export function createApp(config: Pick<Config, 'ALLOWED_ORIGINS'>, log: FastifyBaseLogger): FastifyInstance {
  const app = Fastify({
    loggerInstance: log,
    bodyLimit: LIMITS.httpBodyMaxBytes,
    genReqId: () => randomUUID(),
    // One line a request is the business of the operator's proxy; faults are logged once, where they are answered.
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: 30_000,
    forceCloseConnections: true,
    frameworkErrors: (error, request, reply) => answerError(error, request, reply),
  });
  app.register(cors, { origin: [...config.ALLOWED_ORIGINS], maxAge: 600 });
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(HEADERS);
  });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) => {
    answerError(new AnypathError('not_found', `there is no ${request.method} ${pathOf(request)}`), request, reply);
  });
  return app;
}

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '';

function answerError(error: FastifyError | AnypathError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const known = error instanceof AnypathError ? error : translated(error);
  const { status } = ERRORS[known.code];
  const line = { code: known.code, method: request.method, path: pathOf(request), status };
  if (status >= 500 && known.code === 'internal') request.log.error({ ...line, err: error }, 'request failed');
  else request.log.warn(line, 'request refused');
  const body: ErrorBody = { error: known.code, message: known.message, requestId: request.id };
  reply.code(status).header('cache-control', 'no-store').send(body);
}

/** The codes of the HTTP framework that a client can cause; everything else is our own fault. */
const FRAMEWORK_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_payload',
  FST_ERR_BAD_URL: 'not_found',
};

function translated(error: Error & { code?: string; statusCode?: number }): AnypathError {
  const code = FRAMEWORK_CODES[error.code ?? ''];
  if (code) return new AnypathError(code, undefined, { cause: error });
  if (error instanceof SyntaxError) return new AnypathError('invalid_json', undefined, { cause: error });
  const isTheirs = error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500;
  return new AnypathError(isTheirs ? 'invalid_payload' : 'internal', undefined, { cause: error });
}
