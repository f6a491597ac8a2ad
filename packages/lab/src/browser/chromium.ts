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

/** @param executablePath what `findChromium` found */
export const launchChromium = (executablePath: string): Promise<Browser> =>
  // Chromium's own sandbox cannot start as root.
  chromium.launch({ executablePath, args: [...ARGS, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])] });
