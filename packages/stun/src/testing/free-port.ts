import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below what the system gives to outgoing connections, so that none of those takes it meanwhile. */
const [FIRST, LAST] = [15_000, 19_999];

/** A port of 127.0.0.1 that was free a moment ago, for UDP and TCP. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST + 1);
    const tcp = createServer().listen(port, '127.0.0.1');
    const udp = createSocket('udp4').bind(port, '127.0.0.1');
    const isFree = await Promise.all([once(tcp, 'listening'), once(udp, 'listening')]).then(
      () => true,
      () => false,
    );
    tcp.on('error', () => undefined).close();
    udp.on('error', () => undefined).close();
    if (isFree) return port;
  }
}
