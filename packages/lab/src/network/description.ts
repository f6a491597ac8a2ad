import { mkdirSync, writeFileSync } from 'node:fs';
import type { Client } from './client.ts';
import type { Namespace } from './namespace.ts';

/** What is asked of each machine. Not every machine has all of the tools, and the rest is worth having all the same. */
const QUESTIONS = [
  'ip -s address',
  'ip -4 route',
  'ip -6 route',
  'ip neighbour',
  'nft list ruleset',
  'conntrack -L',
  'ss -tuanp',
  'cat /etc/hosts',
];

/** Writes a folder that says what a lab is like at the moment. */
export async function describeNetwork(
  folder: string,
  clients: readonly Client[],
  namespaces: readonly Namespace[],
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/clients.json`, `${JSON.stringify(clients.map(summary), null, 2)}\n`);
  await Promise.all(namespaces.map((namespace) => describeMachine(folder, namespace)));
}

function summary({ name, topology, publicAddress, proxy, link }: Client): unknown {
  return { name, class: topology.name, publicAddress, proxy, link: topology.link, impairment: link.impairment };
}

async function describeMachine(folder: string, namespace: Namespace): Promise<void> {
  const script = QUESTIONS.map((question) => `echo '# ${question}'; ${question} 2>&1; echo`).join('\n');
  // A failure's description must not fail for a machine that is already gone.
  const answers = await namespace.run('sh', [], { input: `${script}\ntrue\n` }).catch(String);
  writeFileSync(`${folder}/${namespace.label}.txt`, answers);
  for (const [index, service] of namespace.services.entries()) {
    const ordinal = index === 0 ? '' : `-${index + 1}`;
    writeFileSync(`${folder}/${namespace.label}-${service.name}${ordinal}.log`, service.log());
  }
}
