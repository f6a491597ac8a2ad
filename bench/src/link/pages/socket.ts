import { io, type Socket } from 'socket.io-client';

/**
 * Connects to the bare Socket.IO server, with the settings that a client has by itself.
 *
 * @returns the socket, once it is connected and has left polling for a WebSocket, where the network lets it
 */
export async function joined(me: string): Promise<Socket> {
  const socket = io({ auth: { me } });
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  const { engine } = socket.io;
  if (engine.transport.name !== 'websocket')
    await new Promise<void>((resolve) => engine.once('upgrade', () => resolve()).once('upgradeError', () => resolve()));
  return socket;
}

/** @returns whether somebody of that name is connected */
export const isThere = (socket: Socket, name: string): Promise<boolean> => socket.emitWithAck('is-there', name);
