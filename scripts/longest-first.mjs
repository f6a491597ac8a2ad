import { relative } from 'node:path';
import { BaseSequencer } from 'vitest/node';

/** Files that take most of a minute, of a few lines each, so that by their size they would come last and one core would wait for the other. */
const LONG = [
  'faults/src/mailbox/mailbox.integration.test.ts',
  'packages/server/src/socket/malformed-odd.test.ts',
  'packages/server/src/socket/malformed-even.test.ts',
];

/** The order of Vitest, by size where there is no earlier run, but with the longest files of a project at its beginning. */
export class LongestFirst extends BaseSequencer {
  /**
   * @override
   * @param {import('vitest/node').TestSpecification[]} files
   */
  async sort(files) {
    const sorted = await super.sort(files);
    /** @param {import('vitest/node').TestSpecification} file */
    const isLong = ({ moduleId }) => LONG.includes(relative(this.ctx.config.root, moduleId));
    const projects = [...new Set(sorted.map(({ project }) => project))];
    return projects.flatMap((project) => {
      const mine = sorted.filter((file) => file.project === project);
      return [...mine.filter(isLong), ...mine.filter((file) => !isLong(file))];
    });
  }
}
