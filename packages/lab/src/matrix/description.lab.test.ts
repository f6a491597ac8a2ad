import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Lab } from './lab.ts';
import { clientsOf, parsePairs } from './plan.ts';
import { runTrial } from './trial.ts';

it('what is written down about a failure has rules, counters, every log and console and the trace, and no secret', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'anypath-failure-'));
  await using lab = await Lab.open(clientsOf(parsePairs('ultra:mobile')));
  const [a, b] = [lab.station('ultra-1').page, lab.station('mobile-1').page];
  const trial = await runTrial(a, b, { everyMs: 20, durationMs: 500, settleMs: 10_000 });
  await lab.describe(folder, [trial]);
  expect(readdirSync(folder)).toEqual(
    expect.arrayContaining([
      'front-haproxy.log',
      'mobile-1-console.txt',
      'mobile-1-router1.txt',
      'server-anypath.log',
      'trials.json',
      'turn-coturn.log',
      'ultra-1-router1-squid.log',
    ]),
  );
  const text = (file: string) => readFileSync(join(folder, file), 'utf8');
  expect(text('mobile-1-router1.txt')).toMatch(/masquerade/);
  expect(text('mobile-1-router1.txt')).toMatch(/counter packets \d+/);
  expect(text('server-anypath.log')).toContain('ultra-1');
  expect(JSON.parse(text('trials.json'))).toMatchObject([{ lost: 0, trace: { caller: { missing: [] } } }]);
  const token = await lab.deployment.token('ultra-1');
  const [header, payload] = token.split('.');
  for (const file of readdirSync(folder)) expect(text(file)).not.toContain(`${header}.${payload?.slice(0, 20)}`);
  rmSync(folder, { recursive: true, force: true });
});
