/**
 * `node scripts/api.mjs`: writes packages/client/api/client.public.api.md, the SDK's public API, from the built SDK. `--check` writes nothing and
 * fails where it is stale.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { ROOT } from './setup.mjs';

const isCheck = process.argv.includes('--check');
const config = ExtractorConfig.loadFileAndPrepare(join(ROOT, 'packages/client/api-extractor.json'));
const { errorCount } = Extractor.invoke(config, {
  localBuild: false,
  messageCallback: (message) => {
    // What is to be done is said below, in our own words.
    message.handled = message.logLevel !== 'error';
  },
});

const fileName = 'client.public.api.md';
const report = join(config.reportFolder, fileName);
const fresh = sorted(readFileSync(join(config.reportTempFolder, fileName), 'utf8'));
const isCurrent = existsSync(report) && readFileSync(report, 'utf8') === fresh;
if (!isCurrent && isCheck) {
  console.error(
    'The public API of the SDK has changed: run `npm run build && npm run api`, look at the difference, and commit it.',
  );
}
if (!isCurrent && !isCheck) {
  writeFileSync(report, fresh);
  console.log(`wrote packages/client/api/${fileName}`);
}
process.exitCode = errorCount === 0 && (isCurrent || !isCheck) ? 0 : 1;

/**
 * The compiler writes unions of texts in the order in which it met them, which depends on what it compiled before.
 *
 * @param {string} report
 */
function sorted(report) {
  return report.replace(/"[^"\n]*"(?: \| "[^"\n]*")+/g, (/** @type {string} */ union) =>
    union.split(' | ').sort().join(' | '),
  );
}
