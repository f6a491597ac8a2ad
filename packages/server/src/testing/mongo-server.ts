import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { findExecutable } from '../coturn/executable.ts';
import { freePort } from '../coturn/free-port.ts';

/** As `scripts/ferretdb.mjs` names it. */
const FERRETDB = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'anypath', 'ferretdb-1.24.2-3');
const HOST = '127.0.0.1';
/** Below the range from which the system takes ports for outgoing connections, so that the port is free again after a kill. */
const PORTS = { from: 22_000, count: 8_000 };
const READY_WITHIN_MS = 15_000;

/** What speaks MongoDB's protocol in a test. */
export interface MongoServer {
  /** What it is, for people: which server, and where it comes from. */
  readonly kind: string;
  /** With a database name of its own, as STORE_URL. */
  readonly url: string;
  /** The same for another database. */
  urlFor(database: string): string;
  /** Whether it may be broken: not where it is somebody else's. */
  readonly canBreak: boolean;
  /** Ends it without a goodbye (SIGKILL). */
  kill(): Promise<void>;
  /** Starts it again on the same data and the same port. */
  restart(): Promise<void>;
  /** Makes it silent (SIGSTOP): the kernel goes on accepting for it. */
  freeze(): void;
  /** Ends that. */
  thaw(): void;
  /** Removes its databases, ends it, and leaves nothing behind. */
  stop(): Promise<void>;
}

/** Why there is no such server here; `undefined` where there is one. */
export function mongoObstacle(): string | undefined {
  const isHere = process.env['MONGO_URL'] || findExecutable('mongod') || existsSync(FERRETDB);
  return isHere ? undefined : 'no MongoDB-protocol server: set MONGO_URL, install mongod, or run scripts/ferretdb.mjs';
}

/**
 * Starts a server that speaks MongoDB's protocol: that of MONGO_URL where it is set, else `mongod`, else FerretDB on SQLite. Prints which.
 *
 * @throws Error where there is none, or it does not answer
 */
export async function startMongo(): Promise<MongoServer> {
  const url = process.env['MONGO_URL'];
  const server = url ? sharedServer(url) : await OwnServer.start();
  console.log(`MongoDB protocol: ${server.kind}`);
  return server;
}

/** A name that no other run has. */
const databaseName = (): string => `anypath_test_${process.pid}_${Math.random().toString(36).slice(2, 8)}`;

function sharedServer(given: string): MongoServer {
  const main = databaseName();
  const names = new Set<string>();
  const urlFor = (database: string): string => {
    const name = database.startsWith(main) ? database : `${main}_${database}`;
    names.add(name);
    return given.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]*)(?:\/[^?]*)?/, `$1/${name}`);
  };
  const refuse = () => {
    throw new Error('the server of MONGO_URL is not ours to break');
  };
  return {
    kind: 'the server of MONGO_URL',
    url: urlFor(main),
    urlFor,
    canBreak: false,
    kill: async () => refuse(),
    restart: async () => refuse(),
    freeze: refuse,
    thaw: refuse,
    stop: async () => {
      const client = new MongoClient(given);
      for (const name of names) await client.db(name).dropDatabase();
      await client.close();
    },
  };
}

/** A server of our own on a free port of loopback, with a folder of its own. */
class OwnServer implements MongoServer {
  readonly kind: string;
  readonly url: string;
  readonly canBreak = true;
  readonly #command: readonly string[];
  readonly #port: number;
  readonly #folder: string;
  #child: ChildProcess | undefined;

  private constructor(kind: string, command: readonly string[], port: number, folder: string) {
    this.kind = kind;
    this.#command = command;
    this.#port = port;
    this.#folder = folder;
    this.url = this.urlFor('anypath');
  }

  static async start(): Promise<OwnServer> {
    const folder = mkdtempSync(join(tmpdir(), 'anypath-mongo-'));
    const port = await freePort(HOST, PORTS.from + Math.floor(Math.random() * PORTS.count));
    const mongod = findExecutable('mongod');
    const server = mongod
      ? new OwnServer(`mongod (${mongod})`, mongodCommand(mongod, folder, port), port, folder)
      : new OwnServer('FerretDB 1.24.2 on SQLite', ferretdbCommand(folder, port), port, folder);
    try {
      await server.restart();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  urlFor(database: string): string {
    return `mongodb://${HOST}:${this.#port}/${database}`;
  }

  async restart(): Promise<void> {
    const [program = '', ...args] = this.#command;
    // Where the system can do it, it ends with us however we end.
    const setpriv = findExecutable('setpriv');
    const bound = setpriv ? [setpriv, '--pdeathsig', 'KILL', '--', program, ...args] : [program, ...args];
    const [command = '', ...rest] = bound;
    this.#child = spawn(command, rest, { stdio: 'ignore' });
    await ready(this.#child, this.#port, this.url);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function mongodCommand(program: string, folder: string, port: number): string[] {
  return [program, '--dbpath', folder, '--port', String(port), '--bind_ip', HOST, '--unixSocketPrefix', folder];
}

function ferretdbCommand(folder: string, port: number): string[] {
  const data = join(folder, 'data');
  mkdirSync(data);
  // What a killed process has written is with the system: only a loss of power would need more, and tests have none.
  return [FERRETDB, '-listen', `${HOST}:${port}`, '-sqlite', `file:${data}/?_pragma=synchronous(off)`];
}

/** Waits until it takes connections, and then until it answers. */
async function ready(child: ChildProcess, port: number, url: string): Promise<void> {
  const untilMs = performance.now() + READY_WITHIN_MS;
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`the server for MongoDB's protocol ended with ${child.exitCode}`);
    if (performance.now() > untilMs) throw new Error(`nobody listens on ${HOST}:${port}`);
    await delay(20);
  }
  const client = new MongoClient(url, { serverSelectionTimeoutMS: READY_WITHIN_MS });
  await client.db().command({ ping: 1 });
  await client.close();
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, HOST, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
