/** `npm run lab -- [options]`: the matrix of networks. See `--help`. */
import { build, ensurePackages, ensurePrograms, run } from './setup.mjs';

ensurePackages();
ensurePrograms();
build();
if (!run('node_modules/.bin/tsc', ['--build', 'packages/lab'])) process.exit(1);
await import('../packages/lab/dist/main.js');
