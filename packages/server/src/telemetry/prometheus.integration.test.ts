import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { beforeEach, describe, expect, it } from 'vitest';
import { findExecutable } from '../coturn/executable.ts';
import { freePort } from '../coturn/free-port.ts';
import { postJson } from '../testing/session.ts';
import { TestServer } from '../testing/test-server.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const FOLDER = join(ROOT, 'deploy/prometheus');
const TOKEN = 'a-token-of-the-operator';

const Found = v.object({ status: v.literal('success'), data: v.unknown() });
const Rules = v.object({
  groups: v.array(
    v.object({
      rules: v.array(
        v.object({
          name: v.string(),
          type: v.string(),
          /** The expression. */
          query: v.string(),
          annotations: v.optional(v.record(v.string(), v.string())),
        }),
      ),
    }),
  ),
});
const Targets = v.object({
  activeTargets: v.array(
    v.object({ health: v.string(), lastError: v.string(), labels: v.record(v.string(), v.string()) }),
  ),
});
const Dashboard = v.object({
  uid: v.string(),
  panels: v.array(
    v.object({
      title: v.string(),
      datasource: v.object({ uid: v.string() }),
      targets: v.array(v.object({ expr: v.string() })),
    }),
  ),
});

/** The real Prometheus on the shipped files, with another target, a quicker clock and the token beside them. */
class Prometheus implements AsyncDisposable {
  readonly #url: string;
  readonly #folder: string;
  readonly #process: ReturnType<typeof spawn>;

  private constructor(url: string, folder: string, process: ReturnType<typeof spawn>) {
    this.#url = url;
    this.#folder = folder;
    this.#process = process;
  }

  static async start(serverPort: number): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'anypath-prometheus-'));
    cpSync(FOLDER, folder, { recursive: true });
    writeFileSync(join(folder, 'token'), TOKEN);
    const file = join(folder, 'prometheus.yml');
    const shipped = readFileSync(file, 'utf8');
    const servers = join(folder, 'servers.yml');
    writeFileSync(servers, readFileSync(servers, 'utf8').replace('server:3000', `127.0.0.1:${serverPort}`));
    const replaced = shipped.replace('/run/secrets/metrics_token', join(folder, 'token')).replaceAll('15s', '1s');
    writeFileSync(file, replaced);
    const port = await freePort('127.0.0.1', 0);
    const started = spawn(
      'prometheus',
      [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    return new Prometheus(`http://127.0.0.1:${port}`, folder, started);
  }

  /** @returns its answer; `undefined` while it starts */
  async ask<S extends v.GenericSchema>(path: string, schema: S): Promise<v.InferOutput<S> | undefined> {
    const response = await fetch(`${this.#url}/api/v1/${path}`).catch(() => undefined);
    if (!response?.ok) return undefined;
    return v.parse(schema, v.parse(Found, await response.json()).data);
  }

  /** Whether it understands an expression. */
  async parses(expression: string): Promise<boolean> {
    const response = await fetch(`${this.#url}/api/v1/query?${new URLSearchParams({ query: expression })}`);
    return response.ok;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null) {
      this.#process.kill('SIGTERM');
      await once(this.#process, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What an expression reads: words that are neither functions, nor labels, nor parts of the language. */
const metricsIn = (expression: string): string[] =>
  [...expression.replace(/\{[^}]*\}|\b(?:by|on)\s*\([^)]*\)/g, '').matchAll(/\b(?:anypath[\w:]*|ALERTS|up)\b/g)].map(
    ([name]) => name,
  );

/** Dashboards leave the range to Grafana. */
const asPrometheusReads = (expression: string): string => expression.replaceAll('$__rate_interval', '5m');

describe('what is shipped for Prometheus and Grafana, with the real promtool and Prometheus', () => {
  beforeEach((context) => {
    if (!findExecutable('promtool') || !findExecutable('prometheus'))
      context.skip('Prometheus is not installed (apt-get install prometheus)');
  });

  it('[S7.5] the rules hold, and each alert fires when it should and not before', () => {
    const output = execFileSync('promtool', ['test', 'rules', 'rules.test.yml'], { cwd: FOLDER, encoding: 'utf8' });
    expect(output).toContain('SUCCESS');
    const tests = readFileSync(join(FOLDER, 'rules.test.yml'), 'utf8');
    const alerts = [...readFileSync(join(FOLDER, 'rules.yml'), 'utf8').matchAll(/alert: (\w+)/g)].map(
      ([, name]) => name,
    );
    expect(
      alerts.filter((name) => !tests.includes(`alertname: ${name}\n`)),
      'alerts that no test fires',
    ).toEqual([]);
  });

  it('[S7.5] Prometheus scrapes the real server by these files, and every expression of rules and dashboard is answered', async () => {
    await using server = await TestServer.start({
      METRICS_TOKEN: TOKEN,
      RELAY_PRICE_PER_GB: 'coturn=0.01',
      TURN_STUN_FALLBACK: 'stun:a.example',
      TURN_PROBE_INTERVAL: '0',
    });
    await postJson(server, '/api/v1/rtc/report', {});
    await using prometheus = await Prometheus.start(server.running.port);
    const targetOf = async (job: string) => {
      const targets = await prometheus.ask('targets', Targets);
      return targets?.activeTargets.find(({ labels }) => labels['job'] === job);
    };
    await expect
      .poll(() => targetOf('anypath'), { timeout: 20_000, interval: 200 })
      .toMatchObject({ health: 'up', lastError: '' });
    expect(await targetOf('coturn'), 'there is none here').toBeDefined();

    const { groups = [] } = (await prometheus.ask('rules', Rules)) ?? {};
    const rules = groups.flatMap((group) => group.rules);
    const runbook = readFileSync(join(ROOT, 'docs/runbook.md'), 'utf8');
    for (const { name, annotations } of rules.filter(({ type }) => type === 'alerting')) {
      expect([name, annotations?.['runbook']]).toEqual([name, `docs/runbook.md#${name.toLowerCase()}`]);
      expect(runbook, `the paragraph of ${name}`).toContain(`\n## ${name}\n`);
    }

    const exposed = await (await server.fetch('/metrics', { headers: { authorization: `Bearer ${TOKEN}` } })).text();
    const known = new Set([...exposed.matchAll(/^# HELP (\S+)/gm)].map(([, name = '']) => name));
    for (const name of [...known]) for (const part of ['bucket', 'sum', 'count']) known.add(`${name}_${part}`);
    for (const name of ['up', 'ALERTS', ...rules.map((rule) => rule.name)]) known.add(name);
    const shipped = readFileSync(join(ROOT, 'deploy/grafana/dashboards/anypath.json'), 'utf8');
    const { panels } = v.parse(Dashboard, JSON.parse(shipped));
    const inDashboard = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    for (const expression of [...inDashboard, ...rules.map(({ query }) => query)]) {
      expect(await prometheus.parses(asPrometheusReads(expression)), expression).toBe(true);
      const unknown = metricsIn(expression).filter((name) => !known.has(name));
      expect(unknown, `nobody measures what is read in: ${expression}`).toEqual([]);
    }
    expect(inDashboard.length).toBeGreaterThan(20);
  });

  it('Grafana finds the data source that the dashboard names', () => {
    const dashboard = v.parse(
      Dashboard,
      JSON.parse(readFileSync(join(ROOT, 'deploy/grafana/dashboards/anypath.json'), 'utf8')),
    );
    const source = readFileSync(join(ROOT, 'deploy/grafana/provisioning/datasources/prometheus.yml'), 'utf8');
    for (const { title, datasource } of dashboard.panels) {
      expect([title, source.includes(`uid: ${datasource.uid}\n`)]).toEqual([title, true]);
    }
    expect(existsSync(join(ROOT, 'deploy/grafana/provisioning/dashboards/anypath.yml'))).toBe(true);
  });
});
