import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port that is free for UDP and TCP.
 *
 * @param host address to bind
 * @param preferred taken where it is free; 0 for any
 * @returns the port, free a moment ago
 * @throws Error where the address cannot be bound at all
 */
export async function freePort(host: string | undefined, preferred: number): Promise<number> {
  for (let tries = 0; ; tries++) {
    const wanted = tries === 0 ? preferred : 0;
    try {
      return await boundPort(host, wanted);
    } catch (error) {
      if (tries === 10) throw error;
    }
  }
}

async function boundPort(host: string | undefined, wanted: number): Promise<number> {
  const tcp = createServer();
  const udp = createSocket(host?.includes(':') ? 'udp6' : 'udp4');
  try {
    tcp.listen(wanted, host);
    await once(tcp, 'listening');
    const { port } = tcp.address() as { port: number };
    udp.bind(port, host);
    await once(udp, 'listening');
    return port;
  } finally {
    tcp.close();
    udp.close();
  }
}
