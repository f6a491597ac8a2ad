import { Emitter } from '@socket.io/component-emitter';
import type { Present } from './socket.ts';

/** A stand-in for Socket.IO's socket: refused and closed as the real one is, and opened when it is told to. */
export class StandInSocket {
  readonly #events = new Emitter<
    Record<string, (...args: unknown[]) => void>,
    Record<string, (...args: unknown[]) => void>
  >();
  readonly on = this.#events.on.bind(this.#events);
  readonly off = this.#events.off.bind(this.#events);
  readonly emit = this.#events.emit.bind(this.#events);
  readonly io = { engine: {} };
  active = true;
  connected = false;
  connects = 0;
  introduce: (present: Present) => void = () => undefined;

  connect() {
    this.active = true;
    this.connects++;
  }

  disconnect() {
    this.active = false;
  }

  close() {
    this.disconnect();
  }

  /** As after a middleware of the server refused. */
  refuse(error: string) {
    this.active = false;
    this.emit('connect_error', Object.assign(new Error(error), { data: { error } }));
  }
}
