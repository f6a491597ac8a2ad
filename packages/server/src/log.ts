import { type DestinationStream, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from './config.ts';

/** Fields that never reach a log, wherever they stand. */
const SECRET_FIELDS = [
  'token',
  'authorization',
  'cookie',
  'credential',
  'password',
  'secret',
  'username',
  'sdp',
  'candidate',
];

/**
 * The logger: structured, to standard error (standard output belongs to the command line).
 *
 * @param config level and format
 * @param destination where lines go instead, for tests
 */
export function createLog(config: Pick<Config, 'LOG_LEVEL' | 'LOG_FORMAT'>, destination?: DestinationStream): Logger {
  const isPretty = config.LOG_FORMAT === 'pretty' || (config.LOG_FORMAT === 'auto' && process.stderr.isTTY === true);
  const options = {
    level: config.LOG_LEVEL,
    base: null,
    redact: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
  };
  if (destination) return pino(options, destination);
  if (isPretty)
    return pino(options, pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' }));
  return pino(options, pino.destination({ dest: 2, sync: true }));
}
