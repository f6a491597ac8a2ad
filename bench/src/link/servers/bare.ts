/** A bare Socket.IO server with its stock settings, that passes on what it gets to whoever is named. */
import { createServer } from 'node:https';
import { Server } from 'socket.io';
import { serverSettings } from './settings.ts';

const { host, port, ...tls } = serverSettings();
const https = createServer(tls, (_request, response) => {
  response.setHeader('content-type', 'text/html').end('<!doctype html><title>minimal</title>');
});
const io = new Server(https, { serveClient: false });
io.on('connection', (socket) => {
  socket.join(String(socket.handshake.auth['me']));
  socket.on('pass', (to: string, event: string, body: unknown) => io.to(to).emit(event, body));
  socket.on('is-there', (name: string, answer: (isThere: boolean) => void) => {
    answer(io.sockets.adapter.rooms.has(name));
  });
});
https.listen(port, host);
