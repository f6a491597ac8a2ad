import { build, type Rolldown } from 'vite';

/**
 * A module and all that it imports as one script for a page, minified. Packages of the workspace are taken from their sources.
 *
 * @param entry file of the module
 * @param name of the global that gets what it exports
 * @param external packages to leave out, to weigh the rest; the script is a module then
 */
export async function bundle(entry: string, name: string, external: readonly string[] = []): Promise<string> {
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
      lib: { entry, formats: [external.length > 0 ? 'es' : 'iife'], name },
      rolldownOptions: { external: [...external] },
    },
  })) as Rolldown.RolldownOutput[];
  const [chunk] = output[0]?.output ?? [];
  if (!chunk) throw new Error('the bundler wrote nothing');
  return chunk.code;
}
