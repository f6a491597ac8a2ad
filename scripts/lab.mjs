/** `npm run lab -- [options]`: the matrix of networks. See `--help`. */
import { runAsNamespaceRoot } from './namespace-root.mjs';
import { build, buildLab, endWithParent, ensurePackages, ensurePrograms } from './setup.mjs';

endWithParent();
ensurePackages();
ensurePrograms();
build();
buildLab();
process.exitCode = await runAsNamespaceRoot(process.execPath, ['packages/lab/dist/main.js', ...process.argv.slice(2)]);
