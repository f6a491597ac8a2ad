import { randomUUID } from 'node:crypto';
import { AnypathError, ERRORS, type ErrorBody, type ErrorCode, LIMITS } from '@anypath/protocol';
import cors from '@fastify/cors';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Config } from '../config.ts';
import { answerClientError } from './client-error.ts';
import { RateLimited } from './limits.ts';

/** Sent with every answer. What only pages need is in `page.ts`. */
const HEADERS = { 'x-content-type-options': 'nosniff' } as const;

/** Browsers that came by https once are not to come back without it. */
const STRICT_TRANSPORT = { 'strict-transport-security': 'max-age=31536000' } as const;

/** What a page of another origin may read beside the body. */
const EXPOSED = ['Link', 'Retry-After', 'RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'];

type AppConfig = Pick<Config, 'ALLOWED_ORIGINS' | 'TRUST_PROXY' | 'secureCookies'>;

/**
 * The HTTP application without its routes: logging, errors, CORS, limits.
 *
 * @param config origins that may use it, proxies that are believed
 * @param log the server's logger
 * @param refused told the code of each refusal
 */
export function createApp(
  config: AppConfig,
  log: FastifyBaseLogger,
  refused: (code: ErrorCode) => void = () => undefined,
): FastifyInstance {
  const answer = (error: Error, request: FastifyRequest, reply: FastifyReply) =>
    refused(answerError(error, request, reply, log));
  const app = Fastify({
    bodyLimit: LIMITS.httpBodyMaxBytes,
    // One line a request is the business of the operator's proxy; faults are logged once, where they are answered. A logger
    // for each request would cost as much as some answers.
    logger: false,
    requestTimeout: 30_000,
    forceCloseConnections: true,
    trustProxy: config.TRUST_PROXY.length > 0 ? [...config.TRUST_PROXY] : false,
    http: { maxHeaderSize: LIMITS.httpHeadersMaxBytes },
    clientErrorHandler: (error, socket) => answerClientError(error, socket, log),
    frameworkErrors: (error, request, reply) => answer(error, request, reply),
  });
  const origin = [...config.ALLOWED_ORIGINS];
  // Without any, browsers allow pages of other origins nothing by themselves.
  if (origin.length > 0) app.register(cors, { origin, credentials: true, exposedHeaders: EXPOSED, maxAge: 600 });
  const headers = { ...HEADERS, ...(config.secureCookies ? STRICT_TRANSPORT : {}) };
  app.addHook('onSend', (_request, reply, _payload, done) => {
    reply.headers(headers);
    done();
  });
  app.setErrorHandler((error: FastifyError, request, reply) => answer(error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    answer(new AnypathError('not_found', `there is no ${request.method} ${pathOf(request)}`), request, reply);
  });
  return app;
}

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '';

/** @returns the code that it was answered with */
function answerError(
  error: FastifyError | AnypathError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
  log: FastifyBaseLogger,
): ErrorCode {
  const known = error instanceof AnypathError ? error : translated(error);
  const { status } = ERRORS[known.code];
  // Only what failed is ever asked about.
  const requestId = randomUUID();
  const line = { requestId, code: known.code, method: request.method, path: pathOf(request), status };
  if (status >= 500 && known.code === 'internal') log.error({ ...line, err: error }, 'request failed');
  else log.warn(line, 'request refused');
  if (known instanceof RateLimited) reply.header('retry-after', Math.ceil(known.retryAfterMs / 1000));
  const body: ErrorBody = { error: known.code, message: known.message, requestId };
  reply.code(status).header('cache-control', 'no-store').send(body);
  return known.code;
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
