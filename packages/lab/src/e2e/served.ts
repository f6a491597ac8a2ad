import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, type RunningServer, readConfig, startServer } from '@anypath/server';

/** A real server on loopback, for one test. */
export interface Served extends AsyncDisposable {
  readonly url: string;
  /** Where it keeps its data. */
  readonly folder: string;
  readonly running: RunningServer;
}

/**
 * Starts a server on a free port with a data folder of its own.
 *
 * @param env settings that differ from the defaults
 * @param webDir folder of the built page, where the test uses it
 */
export async function serve(env: Record<string, string> = {}, webDir?: string): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), 'anypath-e2e-'));
  const config = readConfig({
    PORT: '0',
    COTURN_RELAY_PORTS: '22000-22199',
    LOG_LEVEL: 'error',
    CONTACTS: 'everyone',
    ...env,
    DATA_DIR: folder,
  });
  const running = await startServer(config, {
    log: createLog(config),
    version: '0.0.0-e2e',
    say: () => undefined,
    ...(webDir ? { webDir } : {}),
  });
  return {
    url: `http://localhost:${running.port}`,
    folder,
    running,
    [Symbol.asyncDispose]: async () => {
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
