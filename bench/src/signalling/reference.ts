/** The reference: a bare Socket.IO server, default parser, that forwards what it gets to the wallet that it names. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

const http = createServer();
const io = new Server(http, { serveClient: false, pingInterval: 8_000, pingTimeout: 4_000 });
io.on('connection', (socket) => {
  const wallet = String(socket.handshake.auth['wallet']);
  socket.join(wallet);
  socket.on('rtc:candidate', (signal: { to: string }, answer: (result: { ok: true }) => void) => {
    io.to(signal.to).emit('rtc:candidate', { ...signal, from: wallet });
    answer({ ok: true });
  });
  socket.emit('session:start', { wallet });
});
http.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(http.address() as AddressInfo).port}`);
});
