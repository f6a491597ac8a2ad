/** `npm run bench -- [NAME] [options]`: ours and its reference side by side, in one run; everything beside its peers without a name. See `--help`. */
import { runAsNamespaceRoot } from './namespace-root.mjs';
import { build, buildBench, endWithParent, ensurePackages, ensurePrograms, run } from './setup.mjs';

const args = process.argv.slice(2);
const isHelp = args.some((arg) => arg === '-h' || arg === '--help');
/** Networks are made for this one. */
const needsLab =
  (args[0] === undefined || args[0].startsWith('-') || ['compare', 'link', 'profile'].includes(args[0])) && !isHelp;
/** Redis and a server of MongoDB's protocol stand between the nodes of this one. */
const needsCluster = args[0] === 'cluster' && !isHelp;

endWithParent();
ensurePackages();
if (needsLab || needsCluster) ensurePrograms();
if (needsCluster) run('node', ['scripts/ferretdb.mjs']);
build();
buildBench();
const line = ['bench/dist/main.js', ...args];
process.exitCode = needsLab ? await runAsNamespaceRoot(process.execPath, line) : run(process.execPath, line) ? 0 : 1;
