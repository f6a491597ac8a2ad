/** A bare Socket.IO server with its stock settings, that passes on what it gets to whoever is named. */
import { Server } from 'socket.io';
import { emptyPage, httpServer, listen, serverSettings } from './settings.ts';

const settings = serverSettings();
const http = httpServer(settings, emptyPage);
const io = new Server(http, { serveClient: false });
io.on('connection', (socket) => {
  socket.join(String(socket.handshake.auth['me']));
  socket.on('pass', (to: string, event: string, body: unknown) => io.to(to).emit(event, body));
  socket.on('is-there', (name: string, answer: (isThere: boolean) => void) => {
    answer(io.sockets.adapter.rooms.has(name));
  });
});
listen(http, settings);
