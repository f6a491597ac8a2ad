import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchAnypath } from '@anypath/bench/anypath';
import type { Launched } from '@anypath/bench/child';
import { type MongoServer, startMongo } from '@anypath/server/testing/mongo-server';
import { startRedis, type TestRedis } from '@anypath/server/testing/redis-server';
import { Cable } from '../cable.ts';
import { freePort } from '../free-port.ts';
import { Front } from './front.ts';

/** One node: the built server in a process of its own, which may end and be started again. */
export class Node {
  readonly name: string;
  readonly port: number;
  /** The way to Redis, which is its alone. */
  readonly toRedis: Cable;
  readonly #env: Readonly<Record<string, string>>;
  readonly #folder: string;
  readonly #say: (line: string) => void;
  #process: Launched | undefined;

  /** @param env what all nodes share */
  constructor(
    known: { readonly name: string; readonly port: number; readonly toRedis: Cable; readonly folder: string },
    env: Readonly<Record<string, string>>,
    say: (line: string) => void,
  ) {
    this.name = known.name;
    this.port = known.port;
    this.toRedis = known.toRedis;
    this.#folder = known.folder;
    this.#env = env;
    this.#say = say;
  }

  /** Whether it was started, and not ended. */
  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const own = { PORT: String(this.port), NODE_NAME: this.name, BUS_URL: `redis://127.0.0.1:${this.toRedis.port}` };
    const env = { ...this.#env, ...own };
    this.#process = launchAnypath(this.#folder, env, (line) => this.#say(`${this.name}: ${line}`));
    await this.#process.listening;
  }

  /** Resolves when it has ended. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#process?.end(signal);
    this.#process = undefined;
  }

  /** It does nothing any more, and its connections stay. */
  freeze(): void {
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#signal('SIGCONT');
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#process) process.kill(this.#process.pid, signal);
  }
}

/** Several nodes behind the front, with one MongoDB and one Redis: everything real, and on loopback. */
export interface Deployed extends AsyncDisposable {
  readonly nodes: readonly Node[];
  readonly front: Front;
  readonly redis: TestRedis;
  readonly mongo: MongoServer;
}

/**
 * Starts all of it.
 *
 * @param count of nodes, from 2 to 4
 * @throws Error where something does not start; nothing is left running then
 */
export async function deploy(count: number, say: (line: string) => void): Promise<Deployed> {
  const folder = mkdtempSync(join(tmpdir(), 'anypath-cluster-'));
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const end = async () => {
    for (const one of ends.splice(0).reverse()) await one();
  };
  try {
    const redis = await startRedis();
    ends.push(() => redis.stop());
    const mongo = await startMongo();
    ends.push(() => mongo.stop());
    const nodes: Node[] = [];
    for (let number = 1; number <= count; number++) {
      const name = `node${number}`;
      const toRedis = await Cable.to({ port: Number(new URL(redis.url).port) });
      ends.push(() => toRedis.cut());
      const shared = {
        CONTACTS: 'everyone',
        STORE_URL: mongo.url,
        TRUST_PROXY: '127.0.0.1',
        ALLOW_BEARER_AUTH: 'true',
      };
      const node = new Node({ name, port: await freePort(), toRedis, folder: join(folder, name) }, shared, say);
      ends.push(() => node.end('SIGKILL'));
      // One after the other: the first makes the indexes.
      await node.start();
      nodes.push(node);
    }
    const ports = nodes.map(({ port }) => port);
    const front = await Front.start(join(folder, 'front'), ports);
    ends.push(() => front[Symbol.asyncDispose]());
    return { nodes, front, redis, mongo, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}
