import { LocalNotes } from './local-notes.ts';
import type { Notes } from './port.ts';
import type { Ask } from './redis-link.ts';

/** Writes a text where there is none, and gives the one that holds now. */
const CLAIM = `redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2])
return redis.call('GET', KEYS[1])`;

/** A note that somebody asks for. */
interface Asked {
  readonly name: string;
  readonly answer: (text: string | undefined) => void;
}

/** Notes in Redis. While it does not answer, a node goes on with those that it has seen, and keeps what it writes for itself. */
export class SharedNotes implements Notes {
  readonly #ask: Ask;
  readonly #prefix: string;
  /** What this node has written into Redis, or read there. */
  readonly #copies: LocalNotes;
  /** What it could not write. */
  readonly #own: LocalNotes;
  /** What is asked for in one turn of the event loop is asked for together, which takes a fraction of the time. */
  #asked: Asked[] = [];

  /**
   * @param ask asks Redis
   * @param prefix of its keys
   * @param nowMs a monotonic clock, milliseconds
   */
  constructor(ask: Ask, prefix: string, nowMs: () => number) {
    this.#ask = ask;
    this.#prefix = prefix;
    this.#copies = new LocalNotes(nowMs);
    this.#own = new LocalNotes(nowMs);
  }

  get(name: string): Promise<string | undefined> {
    return new Promise((answer) => {
      this.#asked.push({ name, answer });
      if (this.#asked.length === 1) setImmediate(() => void this.#getAll());
    });
  }

  async set(name: string, text: string, ttlMs: number): Promise<void> {
    try {
      await this.#ask(['SET', this.#keyOf(name), text, 'PX', String(ttlMs)]);
      this.#own.delete(name);
      this.#copies.set(name, text, ttlMs);
    } catch {
      this.#own.set(name, text, ttlMs);
    }
  }

  async claim(name: string, text: string, ttlMs: number): Promise<string> {
    const own = this.#own.get(name);
    try {
      const reply = await this.#ask(['EVAL', CLAIM, '1', this.#keyOf(name), own ?? text, String(ttlMs)]);
      const holds = textOf(reply) ?? own ?? text;
      this.#own.delete(name);
      this.#copies.set(name, holds, ttlMs);
      return holds;
    } catch {
      return this.#own.claim(name, own ?? this.#copies.get(name) ?? text, ttlMs);
    }
  }

  async delete(name: string): Promise<void> {
    this.#own.delete(name);
    this.#copies.delete(name);
    await this.#ask(['DEL', this.#keyOf(name)]).catch(() => undefined);
  }

  async #getAll(): Promise<void> {
    const asked = this.#asked;
    this.#asked = [];
    try {
      const reply = await this.#ask(['MGET', ...asked.map(({ name }) => this.#keyOf(name))]);
      const texts = Array.isArray(reply) ? reply : [];
      for (const [index, { name, answer }] of asked.entries()) answer(textOf(texts[index]) ?? this.#own.get(name));
    } catch {
      for (const { name, answer } of asked) answer(this.#own.get(name) ?? this.#copies.get(name));
    }
  }

  #keyOf(name: string): string {
    return `${this.#prefix}:note:${name}`;
  }
}

const textOf = (reply: unknown): string | undefined => (typeof reply === 'string' ? reply : undefined);
