import { type ClientRequest, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { joined } from '../verdict/addresses.ts';
import { CheckError } from './reason.ts';

/** Where to connect to, and through which proxy. */
export interface Route {
  readonly host: string;
  readonly port: number;
  /** URL of an HTTP proxy, perhaps with a name and a password. */
  readonly proxy: string | undefined;
}

/**
 * Opens a TCP connection, through the proxy where the route has one (`CONNECT`, RFC 9110 section 9.3.6).
 *
 * @throws CheckError `proxy_refused`, `proxy_auth`; the errors of `node:net`; the reason of the signal
 */
export function openTcp(route: Route, signal: AbortSignal): Promise<Socket> {
  return route.proxy === undefined ? direct(route, signal) : tunnel(route, route.proxy, signal);
}

function direct({ host, port }: Route, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    const abort = () => socket.destroy(asError(signal.reason));
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      socket.removeListener('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
    if (signal.aborted) abort();
  });
}

function tunnel({ host, port }: Route, proxy: string, signal: AbortSignal): Promise<Socket> {
  const to = new URL(proxy);
  const path = joined(host, port);
  const ask = to.protocol === 'https:' ? secureRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const request: ClientRequest = ask({
      host: to.hostname.replace(/^\[|\]$/g, ''),
      port: to.port === '' ? (to.protocol === 'https:' ? 443 : 80) : Number(to.port),
      method: 'CONNECT',
      path,
      headers: { host: path, ...authorization(to) },
      agent: false,
      signal,
    });
    request.once('error', reject);
    request.once('connect', ({ statusCode = 0 }, socket) => {
      if (statusCode >= 200 && statusCode < 300) return resolve(socket as Socket);
      socket.destroy();
      reject(refusal(statusCode));
    });
    // An answer that is no CONNECT answer at all: not a proxy.
    request.once('response', ({ statusCode = 0 }) => reject(refusal(statusCode)));
    request.end();
  });
}

function refusal(status: number): CheckError {
  const reason = status === 407 ? 'proxy_auth' : 'proxy_refused';
  return new CheckError(reason, `the proxy answered ${status} to CONNECT`, status);
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
