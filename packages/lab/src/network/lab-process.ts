import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Strips types from the lab's own files, which Node 20 does not do by itself. */
const LOADER = `
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import typescript from ${JSON.stringify(import.meta.resolve('typescript'))};
export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const text = await readFile(fileURLToPath(url), 'utf8');
  const options = { module: typescript.ModuleKind.ESNext, target: typescript.ScriptTarget.ES2022 };
  const source = typescript.transpileModule(text, { compilerOptions: options }).outputText;
  return { format: 'module', shortCircuit: true, source };
}`;

/** Opens a lab with three clients, one of them behind a real squid, and runs a command in one. Throws when written to. */
const RUNNING = `
const { anna } = await network.join({ anna: home(), bert: ultra(), cleo: cgnat() });
anna.spawn('sleep', ['1000'], { stdio: 'ignore', detached: true });
process.stdin.on('data', () => { throw new Error('crash'); });
console.log(network.id);
`;

/** Says its name and goes on building for a while. */
const BUILDING = `
console.log(network.id);
await network.join(Object.fromEntries(Array.from({ length: 100 }, (_, i) => ['client' + i, cgnat()])));
`;

/** A lab in a process of its own, which can be ended as its user would end it. */
export interface LabProcess {
  readonly child: ChildProcess;
  readonly id: string;
}

/**
 * Starts a process that opens a lab.
 *
 * @param stage whether the lab is complete when this returns, or in the middle of being built
 */
export async function startLabProcess(stage: 'running' | 'building' = 'running'): Promise<LabProcess> {
  const program = `
    const { LabNetwork } = await import(${JSON.stringify(import.meta.resolve('./lab-network.ts'))});
    const { cgnat, home, ultra } = await import(${JSON.stringify(import.meta.resolve('./topologies.ts'))});
    const network = await LabNetwork.open();
    ${stage === 'running' ? RUNNING : BUILDING}
  `;
  const register = `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(LOADER))});`;
  const args = ['--import', dataUrl(register), '--input-type=module', '-e', program];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const line = once(createInterface({ input: child.stdout }), 'line').then(([text]) => String(text));
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`the lab's process has ended: ${errors}`)));
  // Of no interest once the lab is open.
  ended.catch(() => {});
  return { child, id: await Promise.race([line, ended]) };
}

function dataUrl(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
