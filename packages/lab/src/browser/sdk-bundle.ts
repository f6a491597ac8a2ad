import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';

const ENTRY = fileURLToPath(new URL('../../../client/src/index.ts', import.meta.url));

/**
 * The SDK as one script for a page, minified.
 *
 * @param external packages to leave out, to weigh the rest
 * @returns a script that puts the SDK's public entry into the global `anypath`
 */
export async function bundleSdk(external: readonly string[] = []): Promise<string> {
  const output = (await build({
    configFile: false,
    logLevel: 'warn',
    define: { 'process.env.NODE_ENV': '"production"' },
    resolve: { conditions: ['source', 'module', 'browser', 'production'] },
    build: {
      write: false,
      lib: { entry: ENTRY, formats: [external.length > 0 ? 'es' : 'iife'], name: 'anypath' },
      rolldownOptions: { external: [...external] },
    },
  })) as Rolldown.RolldownOutput[];
  const [chunk] = output[0]?.output ?? [];
  if (!chunk) throw new Error('the bundler wrote nothing');
  return chunk.code;
}
