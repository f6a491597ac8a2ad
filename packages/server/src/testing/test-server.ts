import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { type ClientToServer, type ServerToClient, Session } from '@anypath/protocol';
import { type Socket as IoSocket, io, type ManagerOptions, type SocketOptions } from 'socket.io-client';
import * as v from 'valibot';
import { readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { type RunningServer, startServer } from '../server.ts';
import { Secrets } from './secrets.ts';

/** A typed client socket. */
export type TestSocket = IoSocket<ServerToClient, ClientToServer>;

/** One line of the server's log. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly code?: string;
  readonly [field: string]: unknown;
}

/** A real server on a free port of loopback, with its log in memory; gone at the end of the test. */
export class TestServer implements AsyncDisposable {
  readonly running: RunningServer;
  readonly folder: string;
  readonly log: LogLine[];
  readonly said: string[];
  readonly #sockets: TestSocket[] = [];
  readonly #secrets: Secrets;

  private constructor(running: RunningServer, folder: string, log: LogLine[], said: string[], secrets: Secrets) {
    this.running = running;
    this.folder = folder;
    this.log = log;
    this.said = said;
    this.#secrets = secrets;
  }

  /**
   * @param env settings that differ from those of the tests: free ports, no coturn, everybody is a contact
   * @param webDir folder of a page to serve
   */
  static async start(env: Record<string, string> = {}, webDir?: string): Promise<TestServer> {
    const folder = env['DATA_DIR'] ?? mkdtempSync(join(tmpdir(), 'anypath-server-'));
    const log: LogLine[] = [];
    const said: string[] = [];
    const lines = new Writable({
      write(chunk, _encoding, done) {
        log.push(JSON.parse(String(chunk)));
        done();
      },
    });
    const defaults = { PORT: '0', COTURN: 'off', LOG_LEVEL: 'debug', CONTACTS: 'everyone' };
    const config = readConfig({ ...defaults, ...env, DATA_DIR: folder });
    const say = (sentence: string) => void said.push(sentence);
    const parts = { log: createLog(config, lines), version: '0.0.0-test', say, ...(webDir ? { webDir } : {}) };
    const running = await startServer(config, parts);
    return new TestServer(running, folder, log, said, new Secrets(env));
  }

  get url(): string {
    return `http://127.0.0.1:${this.running.port}`;
  }

  /** Lines that carry a code. */
  refusals(): readonly string[] {
    return this.log.flatMap(({ code }) => (code ? [code] : []));
  }

  async signIn(wallet: string): Promise<string> {
    const response = await this.fetch('/api/v1/auth/dev', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ wallet }),
    });
    return v.parse(Session, await response.json()).token ?? '';
  }

  /** A request; what it issues must not appear in the log. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(`${this.url}${path}`, init);
    await this.#secrets.learn(response);
    return response;
  }

  async get(path: string, token?: string): Promise<Response> {
    return this.fetch(path, token ? { headers: { authorization: `Bearer ${token}` } } : {});
  }

  /**
   * A connected socket of a wallet.
   *
   * @param prepare adds listeners before anything can arrive
   */
  async socket(
    wallet: string,
    deviceId = `${wallet}-device`,
    options: Partial<ManagerOptions & SocketOptions> = {},
    prepare: (socket: TestSocket) => void = () => undefined,
  ): Promise<TestSocket> {
    const auth = { token: await this.signIn(wallet), deviceId };
    const socket: TestSocket = io(this.url, {
      auth,
      forceNew: true,
      reconnection: false,
      transports: ['websocket'],
      ...options,
    });
    this.#sockets.push(socket);
    prepare(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('session:start', () => resolve());
      socket.once('connect_error', reject);
    });
    return socket;
  }

  /** @throws Error where the log holds anything secret that was configured or issued: every test checks that */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.close();
    await this.running.close();
    rmSync(this.folder, { recursive: true, force: true });
    this.#secrets.refuseIn(this.log);
  }
}

/** Resolves with the first event of that name that fits. */
export function heard<E extends keyof ServerToClient>(
  socket: TestSocket,
  event: E,
  fits: (payload: Parameters<ServerToClient[E]>[0]) => boolean = () => true,
): Promise<Parameters<ServerToClient[E]>[0]> {
  return new Promise((resolve) => {
    const listener = (payload: Parameters<ServerToClient[E]>[0]) => {
      if (!fits(payload)) return;
      socket.off(event, listener as never);
      resolve(payload);
    };
    socket.on(event, listener as never);
  });
}
