import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Coturn } from '../ice/coturn.ts';
import { isLoopback } from '../loopback.ts';
import { findExecutable, installCommand } from './executable.ts';
import { freePort } from './free-port.ts';
import { startTurnserver, type TurnProcess } from './process.ts';
import { coturnConfig } from './template.ts';

/** A coturn that starts and stops with the server, and is started again where it dies. */
export interface ManagedCoturn {
  /** Its addresses and secret while it runs. */
  current(): Coturn | undefined;
  /** The process while it runs. */
  pid(): number | undefined;
  stop(): Promise<void>;
}

type Options = Pick<
  Config,
  | 'HOST'
  | 'DATA_DIR'
  | 'COTURN'
  | 'COTURN_PORT'
  | 'COTURN_HOST'
  | 'COTURN_RELAY_PORTS'
  | 'TURN_URIS'
  | 'COTURN_URL'
  | 'RTC_PROVIDER'
>;

/** Pauses before it is started again, milliseconds; the last one repeats. */
const RESTART_AFTER_MS = [100, 500, 2_000, 10_000] as const;
const DEFAULT_PORT = 3478;

/**
 * Starts coturn where the configuration asks for it and turnserver is on the PATH.
 *
 * @param say told one sentence about what was decided
 * @returns the child, or `undefined` where the server works without
 */
export async function startManagedCoturn(
  config: Options,
  log: Logger,
  say: (sentence: string) => void,
): Promise<ManagedCoturn | undefined> {
  if (!isWanted(config)) return undefined;
  const executable = findExecutable('turnserver');
  if (!executable) {
    say(
      `TURN is off: coturn is not installed (${installCommand()}). Direct and relayed conversations work without it.`,
    );
    return undefined;
  }
  const place = placeOf(config);
  if (!place) {
    say(`TURN is off: HOST is ${config.HOST}, so COTURN_HOST must say how clients reach this machine.`);
    return undefined;
  }
  try {
    return await supervise(executable, config, place, log, say);
  } catch (error) {
    log.warn({ err: error }, 'coturn did not start');
    say('TURN is off: coturn did not start; the log has its output.');
    return undefined;
  }
}

/** A coturn of the operator's own, or another provider by name, makes it needless. */
const isWanted = ({ COTURN, TURN_URIS, COTURN_URL, RTC_PROVIDER }: Options): boolean =>
  COTURN === 'auto' && TURN_URIS.length === 0 && COTURN_URL.length === 0 && ['', 'coturn'].includes(RTC_PROVIDER);

interface Place {
  /** Where turnserver listens; all addresses where it is left out. */
  readonly listeningIp: string | undefined;
  /** What clients are told. */
  readonly publicHost: string;
}

function placeOf({ HOST, COTURN_HOST }: Options): Place | undefined {
  if (HOST === '0.0.0.0' || HOST === '::') {
    return COTURN_HOST ? { listeningIp: undefined, publicHost: COTURN_HOST } : undefined;
  }
  const listeningIp = HOST === 'localhost' ? '127.0.0.1' : isIP(HOST) ? HOST : undefined;
  return { listeningIp, publicHost: COTURN_HOST || listeningIp || HOST };
}

async function supervise(
  executable: string,
  config: Options,
  place: Place,
  log: Logger,
  say: (sentence: string) => void,
): Promise<ManagedCoturn> {
  const port = await choosePort(place.listeningIp, config.COTURN_PORT);
  const secret = randomBytes(24).toString('base64url');
  const folder = resolve(config.DATA_DIR, 'coturn');
  const file = join(folder, 'turnserver.conf');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  rmSync(file, { force: true });
  const loopbackOnly = isLoopback(config.HOST);
  const text = coturnConfig({
    addresses: place.listeningIp ? [place.listeningIp] : [],
    port,
    relayPorts: config.COTURN_RELAY_PORTS,
    secrets: [secret],
    realm: 'anypath',
    folder,
    loopbackOnly,
  });
  writeFileSync(file, text, { mode: 0o600 });

  const host = place.publicHost.includes(':') ? `[${place.publicHost}]` : place.publicHost;
  const uris = ['udp', 'tcp'].map((transport) => `turn:${host}:${port}?transport=${transport}`);
  const start = () => startTurnserver(executable, file, place.listeningIp ?? '127.0.0.1', port);
  let child: TurnProcess | undefined = await start();
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  say(`coturn (TURN) listens on ${host}:${port}, UDP and TCP`);

  const watch = (running: TurnProcess, failures: number) => {
    void running.ended.then((output) => {
      child = undefined;
      if (stopping) return;
      log.warn({ output }, 'coturn ended; it is started again');
      restart(failures);
    });
  };
  const restart = (failures: number) => {
    timer = setTimeout(
      () => {
        start().then(
          (running) => {
            if (stopping) return running.stop();
            child = running;
            log.info({ pid: running.pid }, 'coturn runs again');
            watch(running, 0);
            return undefined;
          },
          (error: unknown) => {
            log.warn({ err: error }, 'coturn did not start');
            if (!stopping) restart(failures + 1);
          },
        );
      },
      RESTART_AFTER_MS[Math.min(failures, RESTART_AFTER_MS.length - 1)],
    );
  };
  watch(child, 0);

  return {
    current: () => (child ? { uris, secrets: [secret] } : undefined),
    pid: () => child?.pid,
    stop: async () => {
      stopping = true;
      clearTimeout(timer);
      await child?.stop();
      rmSync(file, { force: true });
    },
  };
}

/** A configured port is taken as it is, so that a clash is seen; without one, the usual port or a free one. */
async function choosePort(listeningIp: string | undefined, configured: number): Promise<number> {
  return configured === 0 ? freePort(listeningIp, DEFAULT_PORT) : configured;
}
