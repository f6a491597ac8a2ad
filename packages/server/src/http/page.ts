import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** The page needs nothing beyond its own origin; the SDK's socket may be upgraded to WebSocket. */
const PAGE_POLICY = [
  "default-src 'self'",
  "connect-src 'self' ws: wss:",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Pages beside `index.html`: the connectivity check at `/check`, the operations page at `/ops`. */
const PAGES = ['check', 'ops'] as const;

/**
 * Serves the built web page.
 *
 * @param folder with `index.html`
 */
export function servePage(app: FastifyInstance, folder: string): void {
  app.register(fastifyStatic, { root: folder, cacheControl: false, setHeaders });
  for (const name of PAGES) {
    if (existsSync(join(folder, `${name}.html`)))
      app.get(`/${name}`, (_request, reply) => reply.sendFile(`${name}.html`));
  }
}

/** Assets carry a hash of their content in their names; the page that names them is asked for each time. */
function setHeaders(reply: FastifyReply, path: string): void {
  const isHashed = path.includes(`${sep}assets${sep}`);
  reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  reply.header('content-security-policy', PAGE_POLICY);
  reply.header('referrer-policy', 'no-referrer');
}
