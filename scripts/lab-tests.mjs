/** `npm run lab-tests -- [filter]`: the tests of the lab, the quick matrix among them. */
import { runAsNamespaceRoot } from './namespace-root.mjs';
import { build, buildBench, endWithParent, ensurePackages, ensurePrograms } from './setup.mjs';

endWithParent();
ensurePackages();
ensurePrograms();
build();
buildBench();
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'lab', ...process.argv.slice(2)];
process.exitCode = await runAsNamespaceRoot(process.execPath, vitest);
