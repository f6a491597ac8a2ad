/**
 * The reference: a node of bare Socket.IO with its own adapter for Redis streams, default parser, that forwards what it gets to the
 * wallet that it names, wherever that is connected. `REDIS_URL` says where Redis is.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '@redis/client';
import { createAdapter } from '@socket.io/redis-streams-adapter';
import { Server } from 'socket.io';

const client = createClient({ url: process.env['REDIS_URL'] ?? '' });
await client.connect();
const http = createServer();
const options = { serveClient: false, pingInterval: 8_000, pingTimeout: 4_000 };
const io = new Server(http, { ...options, adapter: createAdapter(client) });
io.on('connection', (socket) => {
  const wallet = String(socket.handshake.auth['wallet']);
  socket.join(wallet);
  for (const event of ['rtc:candidate', 'relay:frame']) {
    socket.on(event, (payload: { to: string }, answer: (result: { ok: true }) => void) => {
      io.to(payload.to).emit(event, { ...payload, from: wallet });
      answer({ ok: true });
    });
  }
  socket.emit('session:start', { wallet });
});
http.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(http.address() as AddressInfo).port}`);
});
