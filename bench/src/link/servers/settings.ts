import { readFileSync } from 'node:fs';
import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** Where a server listens, from the environment: in the lab with a certificate, on a free port of loopback without one. */
export interface ServerSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
}

/** Reads `HOST`, `CERTIFICATE` and `KEY`. Where there is no certificate, any port will do. */
export function serverSettings(): ServerSettings {
  const { HOST = '127.0.0.1', CERTIFICATE, KEY } = process.env;
  if (CERTIFICATE === undefined || KEY === undefined) return { host: HOST, port: 0, tls: undefined };
  return { host: HOST, port: 443, tls: { cert: readFileSync(CERTIFICATE, 'utf8'), key: readFileSync(KEY, 'utf8') } };
}

/** A server for HTTPS, or for HTTP where there is no certificate; it does not listen yet. */
export const httpServer = ({ tls }: ServerSettings, answer: RequestListener): Server =>
  tls ? createServer(tls, answer) : createPlainServer(answer);

/** Listens, and says where. */
export function listen(server: Server, { host, port }: ServerSettings): void {
  server.listen(port, host, () => sayWhere(server.address()));
}

/** Prints where a server listens, for whoever started it. */
export function sayWhere(address: ReturnType<Server['address']>): void {
  console.log(`listening on http://127.0.0.1:${(address as AddressInfo).port}`);
}

/** An empty document, so that a page has an origin. */
export const emptyPage: RequestListener = (_request, response) => {
  response.setHeader('content-type', 'text/html').end('<!doctype html><title>bench</title>');
};
