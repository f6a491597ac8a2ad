import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';

const SERVER = 'http://localhost:3000';

export default defineConfig({
  plugins: [preact()],
  // 'source' takes the workspace packages as TypeScript, so that nothing has to be built before the page.
  resolve: {
    conditions: ['source', 'module', 'browser', 'development|production'],
    // @hpke/common asks Node 18 for it; every browser has the same under its global name.
    alias: { crypto: 'data:text/javascript,export const webcrypto = globalThis.crypto' },
  },
  build: { assetsInlineLimit: 0, rollupOptions: { input: ['index.html', 'check.html', 'ops.html'] } },
  server: {
    proxy: {
      '/api': SERVER,
      '/healthz': SERVER,
      '/readyz': SERVER,
      '/socket.io': { target: SERVER, ws: true },
    },
  },
});
