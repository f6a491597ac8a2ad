/**
 * `node scripts/doc-examples.mjs`: type-checks the fenced `ts` blocks of docs/sdk.md against the built SDK, as an application of a reader would be.
 * Each block stands by itself: what it needs from earlier ones is in `SURROUNDINGS`.
 */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { ROOT } from './setup.mjs';

const PAGES = ['docs/sdk.md'];

/** What the prose around an example says that there is. */
const SURROUNDINGS = `
declare global {
  const client: import('@anypath/client').Client;
  const link: import('@anypath/client').Link;
  function show(...what: unknown[]): void;
}
export {};
`;

/** @type {ts.CompilerOptions} */
const OPTIONS = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  noEmit: true,
};

/**
 * The examples of a page, each as a file beside the web page's sources, where the SDK is found as by an application. Lines stay where they are on
 * the page, so that a message names the right one.
 *
 * @param {string} page
 * @returns {[name: string, text: string][]}
 */
function examplesOf(page) {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match, index) => {
    const before = text.slice(0, match.index).split('\n').length;
    return [
      join(ROOT, 'apps/web', `${page.replaceAll('/', '-')}-${index}.ts`),
      `${'\n'.repeat(before)}${match[1]}\nexport {};\n`,
    ];
  });
}

const surroundings = join(ROOT, 'apps/web', 'surroundings.d.ts');
const examples = new Map(PAGES.flatMap(examplesOf));
const files = new Map([[surroundings, SURROUNDINGS], ...examples]);

const host = ts.createCompilerHost(OPTIONS);
const { getSourceFile, fileExists, readFile } = host;
host.fileExists = /** @param {string} name */ (name) => files.has(name) || fileExists(name);
host.readFile = /** @param {string} name */ (name) => files.get(name) ?? readFile(name);
host.getSourceFile = /** @type {ts.CompilerHost['getSourceFile']} */ (
  (name, version, ...rest) => {
    const text = files.get(name);
    return text === undefined ? getSourceFile(name, version, ...rest) : ts.createSourceFile(name, text, version);
  }
);
const program = ts.createProgram([...files.keys()], OPTIONS, host);
const found = ts.getPreEmitDiagnostics(program);
for (const { file, start, messageText } of found) {
  const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
  const page =
    PAGES.find((name) => file?.fileName.includes(name.replaceAll('/', '-'))) ?? relative(ROOT, file?.fileName ?? '');
  console.error(`${page}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}
if (examples.size === 0) console.error('no examples were found');
else console.log(`${examples.size} examples`);
process.exitCode = found.length === 0 && examples.size > 0 ? 0 : 1;
