import { AnypathError, DevSignIn, ROUTES } from '@anypath/protocol';
import type { FastifyInstance } from 'fastify';
import { bodyOf } from '../http/body.ts';
import { isLoopback } from '../loopback.ts';
import type { Tokens } from './tokens.ts';

/** The development sign-in. Registered only where the server listens on loopback. */
export function devSignInRoutes(app: FastifyInstance, tokens: Tokens): void {
  app.post(ROUTES.devSignIn.path, async (request) => {
    // A page elsewhere whose name resolves to 127.0.0.1 (DNS rebinding) sends its own name here.
    if (!isLoopback(request.hostname.replace(/^\[|\]$/g, ''))) throw new AnypathError('forbidden');
    const { wallet } = bodyOf(request, DevSignIn);
    request.log.info({ wallet }, 'signed in (development)');
    return tokens.issue(wallet);
  });
}
