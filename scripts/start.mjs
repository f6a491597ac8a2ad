/** `npm start`: installs, builds and serves, from a clean clone on. Arguments go to `anypath serve`. */
import { build, endWithParent, ensurePackages } from './setup.mjs';

endWithParent();
try {
  ensurePackages();
  build();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
process.argv.splice(2, 0, 'serve');
await import('../packages/cli/dist/main.js');
