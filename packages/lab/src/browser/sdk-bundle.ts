import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';

const sourceOf = (module: string): string => fileURLToPath(new URL(`../../../client/src/${module}`, import.meta.url));

/**
 * The SDK as one script for a page, minified.
 *
 * @param external packages to leave out, to weigh the rest
 * @returns a script that puts the SDK's public entry into the global `anypath`
 */
export const bundleSdk = (external: readonly string[] = []): Promise<string> =>
  bundled('index.ts', 'anypath', external);

/**
 * One module of the SDK as a script for a page.
 *
 * @param module its file, within the SDK's sources
 * @param name of the global that gets what it exports
 */
export const bundleModule = (module: string, name: string): Promise<string> => bundled(module, name, []);

async function bundled(module: string, name: string, external: readonly string[]): Promise<string> {
  const output = (await build({
    configFile: false,
    logLevel: 'warn',
    define: { 'process.env.NODE_ENV': '"production"' },
    resolve: {
      conditions: ['source', 'module', 'browser', 'production'],
      // As on the demo page: @hpke/common asks Node 18 for it.
      alias: { crypto: 'data:text/javascript,export const webcrypto = globalThis.crypto' },
    },
    build: {
      write: false,
      lib: { entry: sourceOf(module), formats: [external.length > 0 ? 'es' : 'iife'], name },
      rolldownOptions: { external: [...external] },
    },
  })) as Rolldown.RolldownOutput[];
  const [chunk] = output[0]?.output ?? [];
  if (!chunk) throw new Error('the bundler wrote nothing');
  return chunk.code;
}
