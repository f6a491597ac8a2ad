/**
 * `node scripts/rules.mjs`: fails where a rule of the protocol has no test, or a title names a rule that there is not.
 * A title carries the ids that its test shows: `it('[SG4] [SG5] …')`. Needs built packages (`npm run build`).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { RULES } from '../packages/protocol/dist/index.js';
import { ROOT } from './setup.mjs';

const ID = /\[((?:SE|PR|CT|SG|RL|ML)\d+)\]/g;

/**
 * The name of what is called in the end, where it runs: `it` for `it(…)`, `it.each(…)(…)` and `` it.each`…`(…) ``.
 *
 * @param {ts.Expression} callee
 * @returns {string | undefined}
 */
function rootOf(callee) {
  if (ts.isIdentifier(callee)) return callee.text;
  if (ts.isPropertyAccessExpression(callee)) {
    // A test that is skipped or planned shows nothing.
    return ['skip', 'todo', 'fails'].includes(callee.name.text) ? undefined : rootOf(callee.expression);
  }
  if (ts.isCallExpression(callee)) return rootOf(callee.expression);
  return ts.isTaggedTemplateExpression(callee) ? rootOf(callee.tag) : undefined;
}

/**
 * The titles of the tests in a file.
 *
 * @param {string} file
 */
function titlesOf(file) {
  /** @type {string[]} */
  const titles = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isCallExpression(node) && ['it', 'test', 'describe'].includes(rootOf(node.expression) ?? '')) {
      const [title] = node.arguments;
      if (title && (ts.isStringLiteralLike(title) || ts.isTemplateExpression(title))) titles.push(title.getText());
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest, true));
  return titles;
}

/** Every test of the packages and of the page, from the root. */
function testFiles() {
  const sources = ['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((name) => join(folder, name, 'src')),
  );
  return sources
    .filter((source) => existsSync(join(ROOT, source)))
    .flatMap((source) =>
      readdirSync(join(ROOT, source), { encoding: 'utf8', recursive: true }).map((file) => join(source, file)),
    )
    .filter((file) => file.endsWith('.test.ts'));
}

/** @type {Map<string, string>} */
const seen = new Map();
for (const file of testFiles()) {
  for (const title of titlesOf(file)) for (const [, id = ''] of title.matchAll(ID)) seen.set(id, file);
}
const problems = [
  ...Object.keys(RULES).flatMap((id) => (seen.has(id) ? [] : [`[${id}] has no test`])),
  ...[...seen].flatMap(([id, file]) => (id in RULES ? [] : [`[${id}] in ${file} is no rule`])),
];
for (const problem of problems) console.error(problem);
if (problems.length > 0) console.error('The rules are in packages/protocol/src/rules.ts.');
process.exitCode = problems.length === 0 ? 0 : 1;
