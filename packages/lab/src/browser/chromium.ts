import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Quiet: without these Chromium looks up its vendor's hosts at each start. */
const ARGS = [
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** The Chromium of this machine, from CHROMIUM_PATH or the PATH; `undefined` where there is none. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  if (named) return named;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
}

// Chromium's own sandbox cannot start as root.
const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** Starts a real Chromium without a window. @param executablePath what `findChromium` found */
export const launchChromium = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: [...ARGS, ...sandbox] });

/** A browser on a machine of the lab. */
export interface LabBrowserOptions {
  /** A launcher of the browser in its namespace. */
  readonly executablePath: string;
  /** The home folder, where the browser looks for the authorities that it trusts. */
  readonly home: string;
  /** A folder of its own for profile and temporary files, which goes with the lab. */
  readonly folder: string;
  /** The HTTP proxy that its network demands. */
  readonly proxy: { readonly host: string; readonly port: number } | undefined;
}

/** Starts a real Chromium on a machine of the lab. Signals are the lab's business. */
export async function launchLabChromium(options: LabBrowserOptions): Promise<BrowserContext> {
  const { executablePath, home, folder, proxy } = options;
  mkdirSync(folder, { recursive: true });
  const env = Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath,
    args: [...ARGS, ...sandbox, ...(proxy ? [`--proxy-server=http://${proxy.host}:${proxy.port}`] : [])],
    env: { ...Object.fromEntries(env), HOME: home, TMPDIR: folder },
    bypassCSP: true,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}
