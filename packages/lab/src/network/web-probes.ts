import type { Socket } from 'node:net';
import type { ProxyAddress } from './client.ts';
import type { ProbeIo } from './probe.ts';

/** What to ask, of whom, and through what. */
export interface Visit {
  readonly host: string;
  readonly port: number;
  readonly proxy?: ProxyAddress | undefined;
  /** Inside TLS, with the host as its name. */
  readonly tls?: boolean;
  /** A page, an upgrade to WebSocket and a word that comes back, or a STUN binding (RFC 8489). */
  readonly ask: 'page' | 'websocket' | 'stun';
  readonly timeoutMs: number;
}

/** How far a visit got. */
export interface Visited {
  /** The proxy's answer to `CONNECT`. */
  readonly connectStatus?: number;
  /** The common name of whoever signed the certificate that was shown and trusted. */
  readonly issuer?: string;
  /** The status of the HTTP answer. */
  readonly status?: number;
  /** The page; the word that came back; the address that STUN reports. */
  readonly answer?: string;
  /** Why it ended before an answer; `timeout` where nothing happened any more. */
  readonly failure?: string;
}

/** Serves a page over plain HTTP, and upgrades to WebSocket and repeats what comes. */
export function webServer({ port }: { port: number }, io: ProbeIo): void {
  const { createHash } = process.getBuiltinModule('node:crypto');
  const server = process.getBuiltinModule('node:http').createServer((request, response) => {
    response.end(`hello ${request.headers.host}`);
  });
  server.on('upgrade', (request, socket) => {
    // RFC 6455, section 4.2.2, step 5.4.
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
    socket.write([...lines, `Sec-WebSocket-Accept: ${accept}`, '', ''].join('\r\n'));
    socket.on('data', (chunk) => socket.write(chunk));
    socket.on('error', () => {});
  });
  server.listen(port, '::', () => io.say('ready'));
}

/** Makes one visit. Whom to trust is said by `NODE_EXTRA_CA_CERTS`. */
export async function visit({ host, port, proxy, tls, ask, timeoutMs }: Visit): Promise<Visited> {
  const net = process.getBuiltinModule('node:net');
  const http = process.getBuiltinModule('node:http');
  const { once } = process.getBuiltinModule('node:events');
  const seen: { -readonly [Key in keyof Visited]: Visited[Key] } = {};

  async function reach(): Promise<Socket> {
    if (!proxy) {
      const socket = net.connect(port, host);
      await once(socket, 'connect');
      return socket;
    }
    const request = http.request({ ...proxy, method: 'CONNECT', path: `${host}:${port}` }).end();
    const connected = new Promise<Socket>((resolve, reject) => {
      request.on('error', reject);
      request.on('connect', (response, socket) => {
        seen.connectStatus = response.statusCode ?? 0;
        if (response.statusCode === 200) resolve(socket as Socket);
        else reject(new Error('the proxy refused'));
      });
    });
    return connected;
  }

  async function secure(socket: Socket): Promise<Socket> {
    if (!tls) return socket;
    const secured = process.getBuiltinModule('node:tls').connect({ socket, servername: host });
    await once(secured, 'secureConnect');
    seen.issuer = secured.getPeerCertificate().issuer.CN;
    return secured;
  }

  async function page(socket: Socket): Promise<void> {
    const request = http.get({ createConnection: () => socket, host, headers: { host } });
    const [response] = await once(request, 'response');
    seen.status = response.statusCode;
    seen.answer = '';
    for await (const chunk of response) seen.answer += chunk;
  }

  async function websocket(socket: Socket): Promise<void> {
    const key = { 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };
    const headers = { host, connection: 'Upgrade', upgrade: 'websocket', ...key };
    const request = http.get({ createConnection: () => socket, host, headers });
    const upgraded = once(request, 'upgrade').then(async ([response, open]) => {
      seen.status = response.statusCode;
      open.write('word');
      seen.answer = String((await once(open, 'data'))[0]);
    });
    const refused = once(request, 'response').then(([response]) => {
      seen.status = response.statusCode;
    });
    await Promise.race([upgraded, refused]);
  }

  async function stun(socket: Socket): Promise<void> {
    socket.write(Buffer.from(`000100002112a442${'ab'.repeat(12)}`, 'hex'));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    if (answer.readUInt16BE(0) !== 0x0101) throw new Error('that is no STUN answer');
    // XOR-MAPPED-ADDRESS (section 14.2), for IPv4; a client of IPv6 is told no more than that it was answered.
    const at = answer.indexOf(Buffer.from('002000080001', 'hex'));
    const cookie = [0x21, 0x12, 0xa4, 0x42];
    seen.answer = at < 0 ? 'IPv6' : cookie.map((byte, i) => byte ^ (answer[at + 8 + i] ?? 0)).join('.');
  }

  async function make(): Promise<void> {
    const socket = await secure(await reach());
    await { page, websocket, stun }[ask](socket);
  }

  const timeout = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('timeout')), timeoutMs));
  await Promise.race([make(), timeout]).catch((error) => {
    seen.failure = error.message;
  });
  return seen;
}
