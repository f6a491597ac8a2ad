import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DoctorReport } from '@anypath/protocol';
import { findExecutable } from '@anypath/server';
import { parse } from 'valibot';
import { describe, expect, it, vi } from 'vitest';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
/** The deadline of a run. */
const RUN_MS = 9_500;
/** A server, its coturn and the doctor, each in a process of its own. */
const WHOLE_MS = 90_000;

/** Runs the built command to its end, without a proxy in its environment. */
async function doctor(args: readonly string[], env: Record<string, string> = {}) {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [MAIN, 'doctor', ...args], {
    env: { PATH: process.env['PATH'], LANG: 'C', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [status] = await once(child, 'close');
  return { status, stdout, stderr, tookMs: performance.now() - startedMs };
}

/** A web server on loopback that answers as the test says. */
async function web(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Takes connections and says nothing. */
async function silence() {
  const open = new Set<Socket>();
  const server = createTcpServer((socket) => {
    open.add(socket.on('error', () => undefined));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The built server on a free port, with coturn where that is installed. */
async function served(env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'anypath-doctor-'));
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    env: { ...process.env, PORT: '0', DATA_DIR: folder, COTURN_RELAY_PORTS: '21400-21499', ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const url = await vi.waitUntil(() => /listening on (http:\/\/\S+)/.exec(said)?.[1], { timeout: 20_000 });
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describe('anypath doctor against the built server and the real coturn', { timeout: WHOLE_MS }, () => {
  const hasCoturn = findExecutable('turnserver') !== undefined;

  it('[S7.3] finds that all is well, and ends with 0', async (context) => {
    if (!hasCoturn) return context.skip('coturn is not installed (apt-get install coturn)');
    await using server = await served();
    const { status, stdout } = await doctor([server.url, '--server', '--json']);
    const report = parse(DoctorReport, JSON.parse(stdout));
    expect(report.verdict.findings).toEqual([]);
    expect(report.verdict.status).toBe('good');
    expect(status).toBe(0);
    const of = (check: string) => report.checks.filter((row) => row.check === check).map(({ outcome }) => outcome);
    for (const check of ['turn', 'stun', 'nat', 'range', 'mtu', 'peers', 'relay', 'socket', 'ice']) {
      expect(new Set(of(check)), check).toEqual(new Set(['ok']));
    }
  });

  it('measures the throughput of TURN where it is asked to', async (context) => {
    if (!hasCoturn) return context.skip('coturn is not installed (apt-get install coturn)');
    await using server = await served();
    const { stdout } = await doctor([server.url, '--throughput', '--json']);
    const turns = parse(DoctorReport, JSON.parse(stdout)).checks.filter((row) => row.check === 'turn');
    expect(turns).toHaveLength(2);
    for (const { kbitPerSecond } of turns) expect(kbitPerSecond).toBeGreaterThan(100);
  });

  it('works without TURN, and says that only the relay is there', async () => {
    await using server = await served({ COTURN: 'off' });
    const { status, stdout } = await doctor([server.url, '--json']);
    const { findings, status: said } = parse(DoctorReport, JSON.parse(stdout)).verdict;
    expect(findings.map(({ code }) => code)).toEqual(['ice_unavailable']);
    expect([said, status]).toEqual(['degraded', 1]);
  });
});

describe('anypath doctor, the built command', () => {
  it('[S7.3] shows its help', async () => {
    const { status, stdout } = await doctor(['--help']);
    expect(status).toBe(0);
    for (const option of ['--turn', '--secret', '--json', '--junit', '--share', '--server', '--lang', '--throughput']) {
      expect(stdout).toContain(option);
    }
  });

  it('[S7.3] is what the script in the deploy folder calls', async () => {
    const script = fileURLToPath(new URL('../../../deploy/test-connectivity.sh', import.meta.url));
    const child = spawn('sh', [script, '--turn', 'turn;host', '--secret', 'x'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    expect(await once(child, 'close')).toEqual([64, null]);
    expect(stderr).toContain('anypath doctor: --turn: "turn;host"');
  });

  it.each([
    ['no target', [], 'URL: it is missing'],
    ['a URL that is not one', ['rtc.example.com'], 'URL: "rtc.example.com" is not a URL'],
    ['both targets', ['https://example.com', '--turn', 'turn:host'], 'URL and --turn: choose one'],
    [
      'a TURN URI with a typo',
      ['--turn', 'turn;host', '--secret', 'x'],
      '--turn: "turn;host" is not a STUN or TURN URI',
    ],
    ['a secret with a line break', ['--turn', 'turn:host', '--secret', 'a\nb'], '--secret: it has a line break'],
    ['TURN without a secret', ['--turn', 'turn:host'], '--turn: it needs --secret'],
    ['a language that there is not', ['https://example.com', '--lang', 'xx'], '--lang'],
    ['an option that there is not', ['https://example.com', '--nope'], "unknown option '--nope'"],
    ['two formats', ['https://example.com', '--json', '--junit'], '--json and --junit: choose one'],
  ])('ends with 64 and one line that names the argument: %s', async (_title, args, words) => {
    const { status, stdout, stderr } = await doctor(args);
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
    expect(stderr).toContain(words);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('finds that nothing listens, and ends with 2', async () => {
    const { status, stdout, stderr } = await doctor(['http://127.0.0.1:1', '--json']);
    const report = parse(DoctorReport, JSON.parse(stdout));
    expect(report.verdict.findings[0]).toMatchObject({ code: 'server_refuses' });
    expect({ status, stderr }).toEqual({ status: 2, stderr: '' });
  });

  it('finds that a server which answers HTML is not anypath', async () => {
    await using page = await web((_request, response) => response.end('<!doctype html><title>hello</title>'));
    const { status, stdout } = await doctor([page.url, '--json']);
    const { findings } = parse(DoctorReport, JSON.parse(stdout)).verdict;
    expect(findings.map(({ code }) => code)).toEqual(['not_anypath']);
    expect(status).toBe(2);
  });

  it('ends in time where a server takes the connection and says nothing', async () => {
    await using silent = await silence();
    const { stdout } = await doctor([`http://127.0.0.1:${silent.port}`, '--json']);
    const report = parse(DoctorReport, JSON.parse(stdout));
    expect(report.checks.find(({ check }) => check === 'web')).toMatchObject({ outcome: 'failed', reason: 'timeout' });
    expect(report.tookMs).toBeLessThan(RUN_MS + 500);
  });

  it('ends in time where TURN takes the connection and says nothing', async () => {
    await using silent = await silence();
    const uri = `turn:127.0.0.1:${silent.port}?transport=tcp`;
    const { status, stdout } = await doctor(['--turn', uri, '--secret', 'north', '--json']);
    const report = parse(DoctorReport, JSON.parse(stdout));
    expect(report.checks.find(({ check }) => check === 'turn')).toMatchObject({ outcome: 'failed', reason: 'timeout' });
    expect(report.tookMs).toBeLessThan(RUN_MS + 500);
    expect(status).toBe(2);
    expect(stdout).not.toContain('north');
  });

  it('names the proxy of the environment that refuses, without its password', async () => {
    await using proxy = await web((_request, response) => response.end());
    const { port } = new URL(proxy.url);
    const env = { HTTPS_PROXY: `http://somebody:sesame@127.0.0.1:${port}` };
    const { stdout } = await doctor(['https://rtc.invalid', '--json'], env);
    const report = parse(DoctorReport, JSON.parse(stdout));
    expect(report.checks.find(({ check }) => check === 'proxy')).toMatchObject({ subject: `http://127.0.0.1:${port}` });
    expect(report.verdict.status).toBe('broken');
    expect(stdout).not.toMatch(/sesame|somebody/);
  });

  it('writes text in the language that is asked for, without colours, and XML', async () => {
    const text = await doctor(['http://127.0.0.1:1', '--lang', 'es']);
    expect(text.stdout).toContain('Aquí no pasa nada.');
    expect(text.stdout).not.toContain('\u001b');
    const xml = await doctor(['http://127.0.0.1:1', '--junit']);
    expect(xml.stdout).toMatch(/^<\?xml .*<testsuite name="anypath doctor" tests="\d+"/s);
  });

  it('shares a report without addresses', async () => {
    const { stdout } = await doctor(['http://127.0.0.1:1', '--share']);
    expect(stdout).toContain('ipv4-private-1');
    expect(stdout).not.toContain('127.0.0.1');
  });
});
