import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that systems give to outgoing connections: while nobody listens, none of them gets it. */
const PORTS = { first: 10_000, last: 29_999 } as const;

/** A port of loopback on which nobody listens, and that stays free while a server is started again on it. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + Math.floor(Math.random() * (PORTS.last - PORTS.first + 1));
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
