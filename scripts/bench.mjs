/** `npm run bench -- NAME [options]`: ours and its reference side by side, in one run. See `--help`. */
import { runAsNamespaceRoot } from './namespace-root.mjs';
import { build, buildBench, endWithParent, ensurePackages, ensurePrograms, run } from './setup.mjs';

const args = process.argv.slice(2);
/** Networks are made for this one. */
const needsLab = args[0] === 'link' && !args.some((arg) => arg === '-h' || arg === '--help');

endWithParent();
ensurePackages();
if (needsLab) ensurePrograms();
build();
buildBench();
const line = ['bench/dist/main.js', ...args];
process.exitCode = needsLab ? await runAsNamespaceRoot(process.execPath, line) : run(process.execPath, line) ? 0 : 1;
