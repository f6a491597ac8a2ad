import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a stand-in behaves badly. */
export type Misbehaviour =
  /** Answers this status, for example 401, 429 or 503; `retryAfter` is the header's text. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  /** Answers well, after this time. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Answers this text with the status of a success. */
  | { readonly kind: 'text'; readonly text: string }
  /** Answers the first half of what it should, as if that were all. */
  | { readonly kind: 'truncated' }
  /** Answers the first half of what it should, and closes the connection. */
  | { readonly kind: 'cut' }
  /** Answers what it should, after so much whitespace, which JSON allows. */
  | { readonly kind: 'huge'; readonly bytes: number }
  /** Sends the caller elsewhere. */
  | { readonly kind: 'redirect'; readonly to: string; readonly status: 302 | 307 | 308 }
  /** Resets the connection. */
  | { readonly kind: 'reset' };

/** A request as it came. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An answer of the published contract. */
export interface Answer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: unknown;
}

/** A real HTTP server on a free port of loopback that stands in for somebody else's API. */
export class HttpStandIn implements AsyncDisposable {
  readonly #server: Server;
  readonly #answer: (request: Received) => Answer;
  readonly #arrivals: { readonly count: number; readonly arrived: () => void }[] = [];
  /** Every request so far, the oldest first. */
  readonly received: Received[] = [];
  #misbehaviour: Misbehaviour | undefined;

  private constructor(server: Server, answer: (request: Received) => Answer) {
    this.#server = server;
    this.#answer = answer;
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  /** @param answer what the API would answer */
  static async start(answer: (request: Received) => Answer): Promise<HttpStandIn> {
    const server = createServer();
    const standIn = new HttpStandIn(server, answer);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return standIn;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** From the next request on; without an argument it behaves well again. */
  misbehave(how?: Misbehaviour): void {
    this.#misbehaviour = how;
  }

  /** Resolves when that many requests have come since it was started. */
  async requests(count: number): Promise<void> {
    if (this.received.length >= count) return;
    await new Promise<void>((arrived) => void this.#arrivals.push({ count, arrived }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const misbehaviour = this.#misbehaviour;
    const chunks = await request.toArray().catch(() => []);
    const received: Received = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    this.received.push(received);
    for (const { count, arrived } of this.#arrivals) if (count <= this.received.length) arrived();
    const { status, body } = this.#answer(received);
    const send = () => void response.writeHead(status, JSON_TYPE).end(JSON.stringify(body));
    if (misbehaviour) misbehaved(misbehaviour, { response, json: JSON.stringify(body), send });
    else send();
  }
}

const JSON_TYPE = { 'content-type': 'application/json' };

interface Good {
  readonly response: ServerResponse;
  readonly json: string;
  readonly send: () => void;
}

function misbehaved(how: Misbehaviour, { response, json, send }: Good): void {
  const half = json.slice(0, json.length / 2);
  switch (how.kind) {
    case 'hang':
      return;
    case 'slow':
      setTimeout(send, how.delayMs).unref();
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'status':
      if (how.retryAfter !== undefined) response.setHeader('retry-after', how.retryAfter);
      response.writeHead(how.status, JSON_TYPE).end('{"code":0,"message":"told to answer so"}');
      return;
    case 'redirect':
      response.writeHead(how.status, { location: how.to }).end();
      return;
    case 'cut':
      response.writeHead(201, { ...JSON_TYPE, 'content-length': json.length });
      response.write(half, () => response.destroy());
      return;
    case 'text':
    case 'truncated':
    case 'huge': {
      const text = how.kind === 'text' ? how.text : how.kind === 'huge' ? `${' '.repeat(how.bytes)}${json}` : half;
      response.writeHead(201, JSON_TYPE).end(text);
    }
  }
}

/** What every stand-in for a vendor has: the HTTP server behind it, and its bad behaviour. */
export abstract class VendorStandIn implements AsyncDisposable {
  readonly http: HttpStandIn;

  protected constructor(http: HttpStandIn) {
    this.http = http;
  }

  get url(): string {
    return this.http.url;
  }

  get requestCount(): number {
    return this.http.received.length;
  }

  /** From the next request on; without an argument it behaves well again. */
  misbehave(how?: Misbehaviour): void {
    this.http.misbehave(how);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.http[Symbol.asyncDispose]();
  }
}
