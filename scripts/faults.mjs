/** `npm run faults -- NAME [options]`: breaks what anypath runs on, and counts what was lost. See `--help`. */
import { build, endWithParent, ensurePackages, run, tool } from './setup.mjs';

endWithParent();
ensurePackages();
build();
if (!tool('tsc', ['--build', 'faults'])) throw new Error('The fault tests do not build; see above.');
process.exitCode = run(process.execPath, ['faults/dist/main.js', ...process.argv.slice(2)]) ? 0 : 1;
