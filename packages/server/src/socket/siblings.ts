import type { ContactChange } from '../contacts/contacts.ts';
import type { RemovedDevice } from '../devices/devices.ts';
import type { SocketServer } from './connection.ts';

/** What all nodes want to hear at once, wherever it happened. */
export interface SiblingEvents {
  contactChanged: (change: ContactChange) => void;
  devicesChanged: (wallet: string) => void;
  deviceRevoked: (device: Pick<RemovedDevice, 'wallet' | 'keyId'>) => void;
  sessionEnded: (sessionId: string, expiresAtMs: number) => void;
}

/** The other nodes, over the adapter of Socket.IO. */
export interface Siblings {
  /** Tells them, and not this node. What they cannot be told is made up for by the store. */
  tell<E extends keyof SiblingEvents>(event: E, ...args: Parameters<SiblingEvents[E]>): void;
  /** Hears from them. */
  hear<E extends keyof SiblingEvents>(event: E, listener: SiblingEvents[E]): void;
}

/** @param areThere whether there can be any: the adapter of a single process cannot reach others */
export function siblingsOf(io: SocketServer, areThere: boolean): Siblings {
  // Each event has its own payload types, which TypeScript does not follow through the type parameter.
  const bare = io as unknown as {
    serverSideEmit(event: string, ...args: unknown[]): boolean;
    on(event: string, listener: (...args: never[]) => void): unknown;
  };
  if (!areThere) return { tell: () => undefined, hear: () => undefined };
  return {
    tell: (event, ...args) => void bare.serverSideEmit(event, ...args),
    hear: (event, listener) => void bare.on(event, listener),
  };
}
