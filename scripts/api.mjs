/**
 * `node scripts/api.mjs`: writes packages/client/api/client.public.api.md, the SDK's public API, from the built SDK. `--check` writes nothing and
 * fails where it is stale.
 */
import { join } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { ROOT } from './setup.mjs';

const isCheck = process.argv.includes('--check');
const config = ExtractorConfig.loadFileAndPrepare(join(ROOT, 'packages/client/api-extractor.json'));
const { succeeded, apiReportChanged } = Extractor.invoke(config, {
  localBuild: !isCheck,
  messageCallback: (message) => {
    // What is to be done is said below, in our own words.
    message.handled = message.logLevel !== 'error';
  },
});
if (isCheck && apiReportChanged) {
  console.error(
    'The public API of the SDK has changed: run `npm run build && npm run api`, look at the difference, and commit it.',
  );
}
if (!isCheck && apiReportChanged) console.log('wrote packages/client/api/client.public.api.md');
process.exitCode = succeeded && !(isCheck && apiReportChanged) ? 0 : 1;
