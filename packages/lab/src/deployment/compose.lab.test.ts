import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Readiness } from '@anypath/protocol';
import { parse } from 'valibot';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Client } from '../network/client.ts';
import { LabNetwork } from '../network/lab-network.ts';
import { evaluate } from '../network/probe.ts';
import type { Service } from '../network/service.ts';
import { corporate, home } from '../network/topologies.ts';
import { type Visit, type Visited, visit } from '../network/web-probes.ts';
import { type Composed, DEPLOY, here, startComposed } from './compose-services.ts';

const MAIN = fileURLToPath(new URL('../../../cli/dist/main.js', import.meta.url));
const CERTBOT = fileURLToPath(new URL('./stand-in-certbot.mjs', import.meta.url));
const WEB = 'rtc.lab.test';
const TURN = 'turn.rtc.lab.test';
const WAIT_MS = { timeout: 20_000 };

/** Runs with the files of `deploy/` alone: what `anypath init` wrote, and the commands of compose.yaml. */
describe('[S7.1] the deployment of compose.yaml, its services as processes: real coturn, haproxy and server, a stand-in for certbot', () => {
  let network: LabNetwork<'machine'>;
  let client: Record<'home' | 'corporate', Client>;
  let deployment: Composed;
  let front: Service;
  let coturn: Service;
  let init = '';

  beforeAll(async () => {
    network = await LabNetwork.open({ hosts: { machine: [WEB, TURN] } });
    client = await network.join({ home: home(), corporate: corporate() });
    const { namespace, ipv4 } = network.hosts.machine;
    const folder = `${network.folder}/deploy`;
    mkdirSync(folder);
    copyFileSync(`${DEPLOY}/compose.yaml`, `${folder}/compose.yaml`);
    const args = ['init', '--folder', folder, '--domain', WEB, '--turn-domain', TURN, '--yes', '--lang', 'en'];
    init = await namespace.run(process.execPath, [MAIN, ...args], { env: { ...process.env, TWILIO_API_SECRET: '' } });
    const variables = Object.fromEntries(
      readFileSync(`${folder}/.env`, 'utf8')
        .split('\n')
        .map((line) => line.split(/=(.*)/).slice(0, 2)),
    );
    deployment = { namespace, address: ipv4, folder, variables };
    const conf = `${folder}/secrets/turnserver.conf`;
    writeFileSync(conf, here(deployment, readFileSync(conf, 'utf8')));

    const tools = `${folder}/tools`;
    mkdirSync(tools);
    writeFileSync(`${tools}/certbot`, `#!/bin/sh\nexec ${process.execPath} ${CERTBOT} "$@"\n`, { mode: 0o755 });
    const poll = { CERTIFICATE_POLL_SECONDS: '1' };
    // The order of compose.yaml: the front waits for a certificate, and the authority for the front.
    await startComposed(
      deployment,
      'certificates',
      { udp: [], tcp: [] },
      {
        PATH: `${tools}:${process.env['PATH']}`,
        STAND_IN_AUTHORITY: network.authority.certificate.replace(/\/[^/]+$/, ''),
        RENEW_PAUSE_SECONDS: '1',
      },
    );
    [front, coturn] = await Promise.all([
      startComposed(deployment, 'front', { udp: [], tcp: [80, 443] }, poll),
      startComposed(deployment, 'coturn', { udp: [3478], tcp: [3478, 5349] }, poll),
      startComposed(
        deployment,
        'server',
        { udp: [], tcp: [3000] },
        { NODE_EXTRA_CA_CERTS: network.authority.certificate },
      ),
    ]);
  });
  afterAll(() => network[Symbol.asyncDispose]());

  const go = (who: Client, to: Omit<Visit, 'proxy' | 'timeoutMs'>): Promise<Visited> =>
    evaluate(who.namespace, visit, { ...to, timeoutMs: 5_000 }, { NODE_EXTRA_CA_CERTS: network.trustFile });
  const page = { host: WEB, port: 443, tls: true, ask: 'page' } as const;

  /** The serial number of the certificate that a port shows. */
  async function serialOf(port: number, name: string): Promise<string> {
    const { namespace, ipv4 } = network.hosts.machine;
    const chain = await namespace.run('openssl', ['s_client', '-connect', `${ipv4}:${port}`, '-servername', name]);
    return (await namespace.run('openssl', ['x509', '-noout', '-serial'], { input: chain })).trim();
  }

  it('[S7.1] init finds that the names lead here, and has coturn listen there', () => {
    expect(init).not.toContain('which no interface here has');
    const conf = readFileSync(`${deployment.folder}/secrets/turnserver.conf`, 'utf8');
    expect(conf).toContain(`listening-ip=${network.hosts.machine.ipv4}\n`);
    expect(conf).not.toContain('external-ip');
  });

  it('[S7.1] the front gets a certificate over its own port 80, in place of the one to begin with', async () => {
    const served = await vi.waitUntil(async () => {
      const seen = await go(client.home, page);
      return seen.issuer === undefined ? false : seen;
    }, WAIT_MS);
    expect(served).toMatchObject({ issuer: 'Lab authority', status: 200, answer: expect.stringContaining('<title>') });
    expect(front.log()).toContain('has changed');
  });

  it('[S3.1] TURN answers over UDP and TCP 3478, TLS 443 and 5349, and TCP 443 and 80, beside the web', async () => {
    await vi.waitUntil(async () => {
      const env = { NODE_EXTRA_CA_CERTS: network.trustFile };
      const answer = await evaluate(client.home.namespace, readiness, { url: `https://${WEB}/readyz` }, env);
      const { providers } = parse(Readiness, answer);
      const urls = providers.flatMap((provider) => provider.urls);
      return urls.length === 6 && urls.every(({ state }) => state === 'up');
    }, WAIT_MS);
    const through = { answer: network.hosts.machine.ipv4 };
    expect(await go(client.corporate, { host: TURN, port: 443, tls: true, ask: 'stun' })).toMatchObject(through);
    expect(await go(client.corporate, { host: TURN, port: 443, ask: 'stun' })).toMatchObject(through);
    expect(await go(client.corporate, { host: TURN, port: 80, ask: 'stun' })).toMatchObject(through);
    expect(await go(client.corporate, { host: WEB, port: 80, ask: 'page' })).toMatchObject({ status: 308 });
  });

  it('[S7.1] a renewed certificate is served by the front and by coturn, and neither is started again', async () => {
    const before = { web: await serialOf(443, WEB), turn: await serialOf(5349, TURN) };
    const pids = [front.pid, coturn.pid];
    writeFileSync(network.authority.certificate.replace(/[^/]+$/, 'renew'), '');
    await vi.waitUntil(async () => (await serialOf(443, WEB)) !== before.web, WAIT_MS);
    await vi.waitUntil(async () => (await serialOf(5349, TURN)) !== before.turn, WAIT_MS);
    expect([front.pid, coturn.pid]).toEqual(pids);
    expect(await go(client.home, page)).toMatchObject({ status: 200 });
  });
});

/** Runs in a client: the answer of a URL, as JSON. */
async function readiness({ url }: { url: string }): Promise<unknown> {
  return (await fetch(url)).json();
}
