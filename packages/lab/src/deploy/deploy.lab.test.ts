import { beforeAll, describe, expect, it } from 'vitest';
import { labObstacle } from '../network/requirements.ts';
import { type DeployFindings, runDeployment } from './rounds.ts';

const FAILURES = 'test-results/lab-tests';
const TIMEOUT_MS = 120_000;

describe('what operators deploy (real haproxy, coturn, server, squid and Chromium in namespaces)', () => {
  let found: DeployFindings | undefined;
  const obstacle = labObstacle();
  beforeAll(async () => {
    if (obstacle) return;
    found = await runDeployment(FAILURES, () => undefined);
  }, TIMEOUT_MS);

  it.for([
    ['corporate', 'turn'],
    ['ultra', 'relay'],
  ] as const)('[S3.1] [S3.2] connects %s to somebody at home on port 443 alone, by %s', ([name, path], context) => {
    if (obstacle) return context.skip(obstacle);
    expect(found?.paths.find((row) => row.class === name)).toEqual({ class: name, port: 443, path, ok: true });
  });

  it('refuses every attack', (context) => {
    if (obstacle) return context.skip(obstacle);
    expect(found?.attacked.shipped).toMatchObject({ through: [], unknown: [], exitStatus: 0 });
  });

  it('is attacked by what finds every mistake of a lax configuration', (context) => {
    if (obstacle) return context.skip(obstacle);
    expect(found?.attacked.lax).toMatchObject({ withstood: [], unknown: [], exitStatus: 1 });
    expect(found?.attack.lax.tried).toBe(found?.attack.shipped.tried);
    expect(found?.attack.lax.through).toBe(found?.attack.lax.tried);
  });
});
