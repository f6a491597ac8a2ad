import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.ts';

const sourceOf = (module: string): string => fileURLToPath(new URL(`../../../client/src/${module}`, import.meta.url));

/**
 * The SDK as one script for a page, minified.
 *
 * @param external packages to leave out, to weigh the rest
 * @returns a script that puts the SDK's public entry into the global `anypath`
 */
export const bundleSdk = (external: readonly string[] = []): Promise<string> =>
  bundle(sourceOf('index.ts'), 'anypath', external);

/**
 * One module of the SDK as a script for a page.
 *
 * @param module its file, within the SDK's sources
 * @param name of the global that gets what it exports
 */
export const bundleModule = (module: string, name: string): Promise<string> => bundle(sourceOf(module), name);
