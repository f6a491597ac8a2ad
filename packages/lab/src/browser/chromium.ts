import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

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

/** How a browser is started. */
export interface LaunchOptions {
  /** What `findChromium` found, or a launcher of it. */
  readonly executablePath: string;
  /** The home folder, where Chromium looks for the authorities that it trusts. */
  readonly home?: string;
  /** The HTTP proxy that its network demands. */
  readonly proxy?: { readonly host: string; readonly port: number } | undefined;
}

/** Starts a real Chromium without a window. */
export function launchChromium({ executablePath, home, proxy }: LaunchOptions): Promise<Browser> {
  // Chromium's own sandbox cannot start as root.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({
    executablePath,
    args: [...ARGS, ...sandbox, ...(proxy ? [`--proxy-server=http://${proxy.host}:${proxy.port}`] : [])],
    ...(home ? { env: { ...definedEnv(), HOME: home } } : {}),
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}

const definedEnv = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
