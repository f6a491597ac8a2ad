/**
 * `npm run e2e -- [--json FILE] [filter]`: real browsers against the real server and the real coturn.
 *
 * On Linux, as root or where the kernel allows user namespaces, it runs in a network namespace of its own with a default
 * route that leads nowhere: browsers offer candidates only where there is a route, and nothing leaves the machine.
 * Elsewhere it runs on the machine's network.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readRows } from './report.mjs';
import { build, ensurePackages, ensurePrograms, findCommand, PROGRAMS, run } from './setup.mjs';

const { values, positionals } = parseArgs({
  options: { json: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  allowPositionals: true,
});
if (values.help) {
  console.log(
    'npm run e2e -- [--json FILE] [filter]\n  --json FILE  write { tests: [{ name, ok, ms }], real: [program] }\n  filter       run only test files whose path contains it',
  );
  process.exit(0);
}

/** Commands that give a fresh network namespace one interface and a way out. */
const NETWORK = [
  'ip link set lo up',
  // A pair of cables with both ends here: every kernel has it, which cannot be said of the dummy interface.
  'ip link add lan0 type veth peer name lan1',
  'ip addr add 198.51.100.10/24 dev lan0',
  'ip link set lan0 up',
  'ip link set lan1 up',
  'ip route add default via 198.51.100.1',
].join(' && ');

const unshare = process.getuid?.() === 0 ? ['--net'] : ['--user', '--map-root-user', '--net'];
const canIsolate = process.platform === 'linux' && isolates();

function isolates() {
  const probe = spawnSync('unshare', [...unshare, 'sh', '-c', NETWORK], { env: withSbin() });
  return probe.status === 0;
}

/** @returns {Record<string, string>} */
function withSbin() {
  return { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };
}

ensurePackages();
ensurePrograms();
build();
const folder = mkdtempSync(join(tmpdir(), 'anypath-e2e-'));
const ownRows = join(folder, 'rows.jsonl');
// Under `npm test` the rows go to its file too, which then holds more than ours.
const rowsFile = process.env['TEST_ROWS'] ?? ownRows;
const before = readRows(rowsFile).length;
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'e2e', ...positionals];
const env = { ...withSbin(), TEST_ROWS: rowsFile };
console.log(canIsolate ? 'In a network namespace of its own.' : "On this machine's network.");
const isOk = canIsolate
  ? run('unshare', [...unshare, 'sh', '-c', `${NETWORK} && exec "$0" "$@"`, process.execPath, ...vitest], { env })
  : run(process.execPath, vitest, { env });

const rows = readRows(rowsFile).slice(before);
if (values.json) {
  const tests = rows.map(({ name, ok, ms, skipped }) => ({
    name,
    ok,
    ms,
    ...(skipped === undefined ? {} : { skipped }),
  }));
  const real = PROGRAMS.filter(({ name }) => name === 'chromium' || name === 'coturn')
    .filter(({ commands }) => commands.some((command) => findCommand(command)))
    .map(({ name }) => name);
  writeFileSync(values.json, `${JSON.stringify({ tests, real }, null, 2)}\n`);
}
rmSync(folder, { recursive: true, force: true });
process.exitCode = isOk ? 0 : 1;
