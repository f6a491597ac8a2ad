import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

describe('what deploy/Dockerfile puts into the image', () => {
  let folder = '';
  let image = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-image-'));
    image = join(folder, 'image');
    const { status, stderr } = spawnSync(process.execPath, ['scripts/image-tree.mjs', image], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
  }, 90_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('[S7.1] is made by the steps of the Dockerfile', () => {
    const dockerfile = readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8');
    expect(dockerfile).toContain('npm ci --no-audit --no-fund && npm run build && node scripts/image-tree.mjs /image');
    expect(dockerfile.match(/^FROM .*$/gm)?.every((line) => /:\d+\.\d+\.\d+-/.test(line))).toBe(true);
    expect(dockerfile).toMatch(/^USER \d+:\d+$/m);
  });

  it('has no tool of development, no test and no source', () => {
    const packages = readdirSync(join(image, 'node_modules'));
    for (const name of ['typescript', 'vite', 'vitest', 'playwright-core', 'preact'])
      expect(packages).not.toContain(name);
    const own = readdirSync(join(image, 'packages'), { recursive: true })
      .map(String)
      .filter((name) => !name.includes('node_modules'));
    expect(own.filter((name) => /\.test\.|\.d\.ts$|\/src\//.test(name))).toEqual([]);
  });

  it('[S7.1] serves, with its secrets from a file, is healthy, and stops in order', async () => {
    const secrets = join(folder, 'server.env');
    writeFileSync(secrets, 'METRICS_TOKEN=a-token-of-the-test-0123\n');
    const env = { PATH: process.env['PATH'], PORT: '0', DATA_DIR: join(folder, 'data'), COTURN: 'off' };
    const args = [`--env-file=${secrets}`, 'packages/cli/dist/main.js', 'serve'];
    const child = spawn(process.execPath, args, { cwd: image, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const url = await vi.waitUntil(() => /listening on (http:\/\/\S+)/.exec(said)?.[1], { timeout: 20_000 });
    expect(await (await fetch(url)).text()).toContain('<title>');
    expect((await fetch(`${url}/metrics`)).status).not.toBe(200);
    const headers = { authorization: 'Bearer a-token-of-the-test-0123' };
    expect((await fetch(`${url}/metrics`, { headers })).status).toBe(200);
    const healthy = (port: string) =>
      spawnSync(process.execPath, [join(image, 'healthy.mjs')], { env: { PATH: env.PATH, PORT: port } }).status;
    expect(healthy(new URL(url).port)).toBe(0);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(healthy(new URL(url).port)).not.toBe(0);
    expect(existsSync(join(folder, 'data'))).toBe(true);
  });
});
