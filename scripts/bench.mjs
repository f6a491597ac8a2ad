/** `npm run bench -- NAME [options]`: ours and its reference side by side, in one run. See `--help`. */
import { build, endWithParent, ensurePackages, run, tool } from './setup.mjs';

endWithParent();
ensurePackages();
build();
if (!tool('tsc', ['--build', 'bench'])) throw new Error('The benchmarks do not build; see above.');
process.exitCode = run(process.execPath, ['bench/dist/main.js', ...process.argv.slice(2)]) ? 0 : 1;
