import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PATHS } from '@anypath/protocol';
import { startAnypath, tokenOf } from '../anypath.ts';
import { type Child, startChild } from '../child.ts';
import { type Spread, spreadOf } from '../spread.ts';
import { load } from './load.ts';

const REFERENCE = fileURLToPath(new URL('./reference.js', import.meta.url));
const CONNECTIONS = 64;
/** Memory is looked at after each of this many parts. */
const PARTS = 10;
const DOWN_REQUESTS = 50;

/** How much is measured. */
export interface IceOptions {
  readonly rounds: number;
  /** Of each round and side. */
  readonly seconds: number;
  /** Over which memory is watched. */
  readonly requests: number;
}

/** What was measured. */
export interface IceResult {
  /** Requests a second. */
  readonly ours: Spread;
  readonly reference: Spread;
  /** Ours to the reference, round by round. */
  readonly ratio: Spread;
  /** Processor time that the reference takes for a request, to ours, round by round; where the system tells. */
  readonly cpuRatio: Spread | undefined;
  readonly memory: readonly { readonly requests: number; readonly heapMiB: number; readonly residentMiB: number }[];
  /** Time to `503 ice_unavailable` with every provider down, milliseconds. */
  readonly down: Spread;
}

/** Measures the ICE endpoint beside a bare handler, in turns. */
export async function benchIce(options: IceOptions, say: (line: string) => void): Promise<IceResult> {
  const folder = mkdtempSync(join(tmpdir(), 'anypath-bench-'));
  try {
    const down = await timeDown(join(folder, 'down'), say);
    await using ours = await startOurs(join(folder, 'ours'), {});
    const tokens = await Promise.all(Array.from({ length: CONNECTIONS }, (_, index) => tokenOf(`wallet-${index}`)));
    await using reference = await startReference(await ask(ours, tokens[0] ?? ''));
    const throughput = await inTurns(ours, reference, tokens, options, say);
    const memory = await watchMemory(ours, tokens, options.requests, say);
    return { ...throughput, memory, down };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** With room for a benchmark in its rate limit, and without probes: its TURN servers are made up. */
function startOurs(folder: string, env: Record<string, string>): Promise<Child> {
  const uris = [
    'turn:127.0.0.1:3478?transport=udp',
    'turn:127.0.0.1:80?transport=tcp',
    'turns:127.0.0.1:443?transport=tcp',
  ];
  return startAnypath(folder, {
    ICE_RATE_LIMIT: '999999999',
    TURN_STUN_FALLBACK: 'stun:127.0.0.1:3478',
    TURN_PROBE_INTERVAL: '0',
    TURN_SECRET: 'a-secret-of-the-benchmark',
    TURN_URIS: uris.join(','),
    ...env,
  });
}

const ask = ({ url }: Child, token: string): Promise<Response> =>
  fetch(`${url}${PATHS.ice}`, { headers: { authorization: `Bearer ${token}` } });

/** What every Node server adds by itself. */
const OF_NODE: readonly string[] = ['connection', 'content-length', 'date', 'keep-alive'];

/** A handler that has nothing to do but to return the bytes of an answer, its headers among them. */
async function startReference(answer: Response): Promise<Child> {
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => !OF_NODE.includes(name)));
  return startChild(REFERENCE, [], { BODY: await answer.text(), HEADERS: JSON.stringify(headers) });
}

async function inTurns(
  ours: Child,
  reference: Child,
  tokens: readonly string[],
  { rounds, seconds }: IceOptions,
  say: (line: string) => void,
): Promise<Pick<IceResult, 'ours' | 'reference' | 'ratio' | 'cpuRatio'>> {
  for (const { url } of [ours, reference]) await load({ url, tokens }, { seconds: 2 });
  const measure = async (child: Child) => {
    const before = child.cpuSeconds();
    const { rate, requests } = await load({ url: child.url, tokens }, { seconds });
    const after = child.cpuSeconds();
    return { rate, cpu: before === undefined || after === undefined ? undefined : (after - before) / requests };
  };
  const rows: { rate: number; reference: number; cpuRatio: number | undefined }[] = [];
  for (let round = 1; round <= rounds; round++) {
    const first = await measure(ours);
    const second = await measure(reference);
    const cpuRatio = first.cpu === undefined || second.cpu === undefined ? undefined : second.cpu / first.cpu;
    rows.push({ rate: first.rate, reference: second.rate, cpuRatio });
    const ratio = (first.rate / second.rate).toFixed(2);
    const processor = cpuRatio === undefined ? '' : `, by processor time ${cpuRatio.toFixed(2)}`;
    say(
      `round ${round} of ${rounds}: ${Math.round(first.rate)} beside ${Math.round(second.rate)} a second, ${ratio}${processor}`,
    );
  }
  const cpuRatios = rows.flatMap((row) => row.cpuRatio ?? []);
  return {
    ours: spreadOf(rows.map((row) => row.rate)),
    reference: spreadOf(rows.map((row) => row.reference)),
    ratio: spreadOf(rows.map((row) => row.rate / row.reference)),
    cpuRatio: cpuRatios.length > 0 ? spreadOf(cpuRatios) : undefined,
  };
}

async function watchMemory(
  ours: Child,
  tokens: readonly string[],
  requests: number,
  say: (line: string) => void,
): Promise<IceResult['memory']> {
  const rows: IceResult['memory'][number][] = [];
  for (let part = 1; part <= PARTS; part++) {
    await load({ url: ours.url, tokens }, { requests: Math.ceil(requests / PARTS) });
    const metrics = await (await fetch(`${ours.url}${PATHS.metrics}`)).text();
    const mebibytes = (name: string) =>
      Math.round(Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1]) / 2 ** 20);
    const row = {
      requests: Math.ceil((requests / PARTS) * part),
      heapMiB: mebibytes('anypath_nodejs_heap_size_used_bytes'),
      residentMiB: mebibytes('anypath_process_resident_memory_bytes'),
    };
    rows.push(row);
    say(`${row.requests.toLocaleString('en')} requests: heap ${row.heapMiB} MiB, resident ${row.residentMiB} MiB`);
  }
  return rows;
}

/** Every provider down: a coturn that is not there, a Twilio that nobody answers for. */
async function timeDown(folder: string, say: (line: string) => void): Promise<Spread> {
  const nowhere = 'http://127.0.0.1:9';
  await using ours = await startOurs(folder, {
    TURN_PROBE_INTERVAL: '3',
    TURN_STUN_FALLBACK: '',
    TURN_URIS: 'turn:127.0.0.1:9?transport=udp,turn:127.0.0.1:9?transport=tcp',
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'a-token-of-the-benchmark',
    TWILIO_API_URL: nowhere,
  });
  const token = await tokenOf('alice');
  // The first answer may wait for the first probe.
  await (await ask(ours, token)).text();
  const times: number[] = [];
  for (let index = 0; index < DOWN_REQUESTS; index++) {
    const startedMs = performance.now();
    const response = await ask(ours, token);
    await response.text();
    times.push(performance.now() - startedMs);
    if (response.status !== 503) throw new Error(`with every provider down the answer was ${response.status}`);
  }
  const spread = spreadOf(times);
  say(`503 with every provider down: ${spread.median.toFixed(1)} ms (at most ${spread.max.toFixed(1)})`);
  return spread;
}
