import type { Path } from '@anypath/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labObstacle } from '../network/requirements.ts';
import { Lab } from './lab.ts';
import { runMatrix } from './matrix.ts';
import { type BrowserName, type ClassName, clientsOf, type Pair } from './plan.ts';
import type { PairRow } from './report.ts';

/** What is needed to look into a failure is written here. */
const FAILURES = 'test-results/lab';
/** The networks, the browsers, and every pair. */
const TIMEOUT_MS = 180_000;

/**
 * Claims that one class of network reaches another with every message, and which path is the best of the first five
 * seconds: one, or several where chance decides.
 */
export type PathTest = (
  a: ClassName,
  b: ClassName,
  expectation: Path | readonly Path[],
  browserA?: BrowserName,
) => void;

/**
 * A group of tests on one lab with all the clients that they need.
 *
 * @param title of the group
 * @param define calls `pathTest` for each pair
 */
export function pathTests(title: string, define: (pathTest: PathTest) => void): void {
  describe(title, () => {
    const pairs: Pair[] = [];
    const obstacle = labObstacle();
    let lab: Lab | undefined;
    let rows: readonly PairRow[] = [];

    beforeAll(async () => {
      if (obstacle) return;
      lab = await Lab.open(clientsOf(pairs));
      rows = await runMatrix(lab, pairs, { trials: 1, failures: FAILURES, say: () => undefined });
    }, TIMEOUT_MS);
    afterAll(async () => lab?.[Symbol.asyncDispose]());

    define((a, b, expectation, browserA = 'chromium') => {
      const index = pairs.push({ a, b, browserA }) - 1;
      const paths = [expectation].flat();
      it(`${a} (${browserA}) reaches ${b}: the relay first, then ${paths.join(' or ')}`, (context) => {
        if (obstacle) return context.skip(obstacle);
        expect(rows[index]).toMatchObject({
          errors: [],
          firstPath: 'relay',
          lost: 0,
          repeated: 0,
          reordered: 0,
        });
        expect(paths).toContain(rows[index]?.bestPath);
      });
    });
  });
}
