import { type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as startTls } from 'node:tls';
import { openTcp } from './tunnel.ts';

/** An HTTP request of the doctor's. Redirects are answers like any other. */
export interface WebRequest {
  readonly url: URL;
  readonly proxy: string | undefined;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Does not check the certificate. Never with anything secret in the request, and nothing of the answer is believed. */
  readonly insecure?: boolean;
}

/** What came back. */
export interface WebAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The first part of the body. */
  readonly text: string;
}

const MAX_BODY_BYTES = 64 * 1024;

/**
 * Makes one request on a connection of its own.
 *
 * @throws CheckError and errors of Node, as `openTcp`, TLS and HTTP have them
 */
export async function ask(request: WebRequest, signal: AbortSignal): Promise<WebAnswer> {
  const { url } = request;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isSecure = url.protocol === 'https:';
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  const tcp = await openTcp({ host, port, proxy: request.proxy }, signal);
  const close = () => tcp.destroy();
  signal.addEventListener('abort', close, { once: true });
  try {
    const stream = isSecure ? await secured(tcp, host, request.insecure === true) : tcp;
    return await exchange(request, stream);
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

function secured(socket: Duplex, host: string, insecure: boolean): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const named = isIP(host) ? {} : { servername: host };
    const stream = startTls({ socket, host, ...named, rejectUnauthorized: !insecure, ALPNProtocols: ['http/1.1'] });
    stream.once('secureConnect', () => resolve(stream));
    stream.on('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
  });
}

function exchange({ url, method = 'GET', headers, body }: WebRequest, stream: Duplex): Promise<WebAnswer> {
  return new Promise((resolve, reject) => {
    const request = plainRequest(
      {
        createConnection: () => stream,
        host: url.hostname,
        path: url.pathname + url.search,
        method,
        headers: { host: url.host, connection: 'close', 'user-agent': 'anypath-doctor', ...headers },
      },
      (response) => {
        textOf(response).then(
          (text) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
          reject,
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BODY_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString('utf8');
}
