import type { ProbeIo } from './probe.ts';

/** What a TCP socket tells of itself. */
export type TcpNews =
  | { readonly news: 'connected' }
  | { readonly news: 'data'; readonly data: string }
  | { readonly news: 'error'; readonly code: string };

/** Repeats over TCP whatever comes. */
export function tcpEcho({ port }: { port: number }, io: ProbeIo): void {
  const server = process.getBuiltinModule('node:net').createServer((socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  server.listen(port, '::', () => io.say('ready'));
}

/** A TCP connection that sends what it is told to, and tells what becomes of it. */
export async function tcpSocket({ host, port }: { host: string; port: number }, io: ProbeIo): Promise<void> {
  const socket = process.getBuiltinModule('node:net').connect(port, host);
  socket.on('connect', () => io.say({ news: 'connected' }));
  socket.on('data', (data) => io.say({ news: 'data', data: String(data) }));
  socket.on('error', (error: NodeJS.ErrnoException) => io.say({ news: 'error', code: error.code ?? error.message }));
  for (let text = await io.hear(); text !== null; text = await io.hear()) socket.write(String(text));
}
