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
  /** Whether it said that it goes on purpose. */
  hasSaidGoodbye = false;
  readonly io = {
    engine: {
      close: () => {
        this.connected = false;
      },
    },
    reconnection: () => undefined,
  };
  id = 's1';
  active = true;
  connected = false;
  connects = 0;
  introduce: (present: Present) => void = () => undefined;
  /** What was asked of the server: event and payload. */
  readonly asked: (readonly [event: string, payload: unknown])[] = [];
  /** What the server answers; nothing, as where the connection is lost, unless the test says something else. */
  answer: (event: string, payload: unknown) => unknown = () => undefined;

  /** Called with each event of the server. */
  onAny(listener: () => void) {
    this.on('session:start', listener);
  }

  connect() {
    this.active = true;
    this.connects++;
  }

  disconnect() {
    this.hasSaidGoodbye = this.connected;
    this.connected = false;
    this.active = false;
  }

  close() {
    this.disconnect();
  }

  timeout() {
    const emitWithAck = async (event: string, payload: unknown) => {
      this.asked.push([event, payload]);
      const answer = await this.answer(event, payload);
      if (answer === undefined) throw new Error('operation has timed out');
      return answer;
    };
    return { emitWithAck };
  }

  /** As after a middleware of the server refused. */
  refuse(error: string, more: { retryAfterMs?: unknown } = {}) {
    this.active = false;
    this.emit('connect_error', Object.assign(new Error(error), { data: { error, ...more } }));
  }
}
