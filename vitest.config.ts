import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/longest-first.mjs';

// Workspace packages are tested from their source, without a build.
const conditions = ['source', 'module', 'node', 'development|production'];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } };

export default defineConfig({
  test: {
    // Most files wait for programs and sockets more than they compute: two cores take two at a time.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './scripts/report.mjs'],
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', '{apps/*,bench,faults}/src/**/*.test.ts', 'scripts/*.test.ts'],
          exclude: ['**/*.{integration,e2e,lab}.test.ts'],
        },
      },
      {
        ...shared,
        test: {
          name: 'integration',
          include: ['{packages/*,faults}/src/**/*.integration.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'e2e',
          include: ['packages/lab/src/**/*.e2e.test.ts'],
          expect: { poll: { timeout: 10_000 } },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'lab',
          include: ['{packages/lab,bench}/src/**/*.lab.test.ts'],
          setupFiles: ['packages/lab/src/lab-obstacle.setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
