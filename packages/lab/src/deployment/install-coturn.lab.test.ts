import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Client } from '../network/client.ts';
import { LabNetwork } from '../network/lab-network.ts';
import { evaluate, Probe, type ProbeIo } from '../network/probe.ts';
import { home } from '../network/topologies.ts';
import { type Visit, type Visited, visit } from '../network/web-probes.ts';
import { DEPLOY } from './compose-services.ts';
import { DebianTree, treeObstacle } from './debian-tree.ts';

const ANYPATH = fileURLToPath(new URL('../../../cli/dist/main.js', import.meta.url));
const CERTBOT = fileURLToPath(new URL('./stand-in-certbot.mjs', import.meta.url));
const TURN = 'turn.lab.test';
const SECRET = 'a-secret-of-the-lab';
/** debootstrap loads and unpacks a system, milliseconds. */
const FIRST_TIME_MS = 240_000;

/** Everything is what an operator has, but for certbot: its stand-in has the lab's authority sign. */
describe.skipIf(treeObstacle() !== undefined)(
  '[S7.2] install-coturn.sh in a Debian made by debootstrap, with nftables and a stand-in for certbot',
  () => {
    let network: LabNetwork<'turn'>;
    let client: Client;
    let tree: DebianTree;
    let env: NodeJS.ProcessEnv;

    beforeAll(async () => {
      network = await LabNetwork.open({ hosts: { turn: [TURN] } });
      ({ client } = await network.join({ client: home() }));
      const { namespace } = network.hosts.turn;
      const tools = `${network.folder}/tools`;
      for (const folder of [tools, `${network.folder}/anypath`]) mkdirSync(folder);
      copyFileSync(`${DEPLOY}/install-coturn.sh`, `${tools}/install-coturn.sh`);
      writeFileSync(`${network.folder}/anypath/anypath`, `#!/bin/sh\nexec ${process.execPath} ${ANYPATH} "$@"\n`, {
        mode: 0o755,
      });
      writeFileSync(`${tools}/certbot`, `#!/bin/sh\nexec ${process.execPath} ${CERTBOT} "$@"\n`, { mode: 0o755 });
      tree = await DebianTree.make(namespace, `${network.folder}/tree`, network.folder);
      env = {
        PATH: `${tools}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
        STAND_IN_AUTHORITY: network.authority.certificate.replace(/\/[^/]+$/, ''),
        NODE_EXTRA_CA_CERTS: network.trustFile,
        STAND_IN_VANTAGE: `nsenter --net=/run/netns/${client.namespace.name}`,
      };
      // A machine with a firewall: nothing new comes in but what is let in.
      await namespace.loadRules(`table inet filter {
      chain input {
        type filter hook input priority 0; policy drop;
        ct state established,related accept
        iif lo accept
        meta l4proto { icmp, ipv6-icmp } accept
      }
    }`);
    }, FIRST_TIME_MS);
    afterAll(async () => {
      await tree?.[Symbol.asyncDispose]();
      await network[Symbol.asyncDispose]();
    });

    const script = (...args: string[]) => tree.run('bash', [`${network.folder}/tools/install-coturn.sh`, ...args], env);
    const install = (...args: string[]) => script('--domain', TURN, '--secret', SECRET, ...args);
    /** Without what they have counted. */
    const rules = async () =>
      (await network.hosts.turn.namespace.run('nft', ['list', 'ruleset'])).replace(/packets \d+ bytes \d+/g, '');
    const go = (to: Omit<Visit, 'host' | 'ask' | 'timeoutMs'>): Promise<Visited> =>
      evaluate(
        client.namespace,
        visit,
        { ...to, host: TURN, ask: 'stun', timeoutMs: 3_000 },
        { NODE_EXTRA_CA_CERTS: network.trustFile },
      );
    let untouched = '';

    it('does nothing where it is only to say what it would do', async () => {
      untouched = await rules();
      const { status, output } = await install('--dry-run');
      expect(status, output).toBe(0);
      expect(output).toMatch(/would run: .*apt-get .*install .*coturn/);
      expect(output).toMatch(/would run: nft insert rule inet filter input tcp dport 443 accept/);
      expect((await tree.run('test', ['-e', '/etc/turnserver.conf'])).status).toBe(1);
      expect(await rules()).toBe(untouched);
    });

    it('[S7.2] takes everything back where no certificate is to be had', async () => {
      const { status, output } = await tree.run(
        'bash',
        [`${network.folder}/tools/install-coturn.sh`, '--domain', TURN, '--secret', SECRET],
        { ...env, STAND_IN_VANTAGE: 'false' },
      );
      expect(status).toBe(1);
      expect(output).toContain(`install-coturn: certbot got no certificate for ${TURN}`);
      expect(output).toContain('everything that was begun is taken back');
      expect(await leftovers()).toEqual([]);
      expect(await rules()).toBe(untouched);
    });

    it('[S7.2] serves every port with a certificate that verifies, through the firewall that it opened', async () => {
      env['PATH'] = `${network.folder}/anypath:${env['PATH']}`;
      const { status, output } = await install();
      env['PATH'] = env['PATH'].replace(/^[^:]*:/, '');
      expect(status, output).toBe(0);
      expect(output).toContain(`TURN_SECRET=${SECRET}`);
      expect(output).toContain(`turns:${TURN}:443?transport=tcp`);
      // It has let the doctor look, and attacked what it made.
      expect(output).toMatch(/turns:turn\.lab\.test:443/);
      expect(output).toMatch(/refused +channel to 169\.254\.169\.254/);
      expect(output).not.toMatch(/^ *(through|unknown) /m);
      const seen = { answer: client.publicAddress };
      for (const port of [443, 5349]) {
        expect(await go({ port, tls: true }), `TLS ${port}`).toEqual({ ...seen, issuer: 'Lab authority' });
      }
      for (const port of [80, 3478]) expect(await go({ port }), `TCP ${port}`).toEqual(seen);
      const opened = await rules();
      expect(opened).toContain('udp dport 49152-65535 accept comment "anypath-coturn"');
      expect(opened).not.toContain('8089');
      expect(opened).toMatch(
        /table inet anypath_turn \{[\s\S]*oifname "lo" udp sport 49152-65535 udp dport != 49152-65535/,
      );
    });

    it('[S7.2] may be run again: nothing is there twice, and no call ends', async () => {
      const before = { rules: await rules(), files: await leftovers(), process: await turnserver() };
      const { status, output } = await install();
      expect(status, output).toBe(0);
      expect({ rules: await rules(), files: await leftovers(), process: await turnserver() }).toEqual(before);
    });

    it('[S7.2] a renewal is validated beside the running coturn, which loads the certificate and goes on', async () => {
      const before = { serial: await serial(), process: await turnserver() };
      writeFileSync(network.authority.certificate.replace(/[^/]+$/, 'renew'), '');
      const { status, output } = await install();
      expect(status, output).toBe(0);
      await vi.waitUntil(async () => (await serial()) !== before.serial, { timeout: 10_000 });
      expect(await turnserver()).toBe(before.process);
      expect(await rules()).not.toMatch(/8089|anypath_acme/);
    });

    it('[S7.2] goes on with an earlier run that did not finish', async () => {
      await tree.run('sed', ['-i', '/^complete$/d', '/var/lib/anypath-coturn/record']);
      await tree.run('rm', ['/etc/turnserver.conf']);
      const { status, output } = await install();
      expect(status, output).toBe(0);
      expect(output).toContain('An earlier run did not finish');
      expect(await go({ port: 443, tls: true })).toMatchObject({ answer: client.publicAddress });
    });

    it('[S7.2] takes back exactly what it did', async () => {
      const { status, output } = await script('--uninstall');
      expect(status, output).toBe(0);
      expect(await leftovers()).toEqual([]);
      expect(await rules()).toBe(untouched);
      expect(await turnserver()).toBe('');
      expect(await script('--uninstall')).toMatchObject({
        status: 1,
        output: 'install-coturn: nothing was installed by this script here.\n',
      });
    });

    it('refuses in one line where another program has a port', async () => {
      const other = await Probe.start(network.hosts.turn.namespace, listener, { port: 443 }).next<string>();
      expect(other).toBe('ready');
      const { status, output } = await install();
      expect(status).toBe(1);
      expect(output).toMatch(/^install-coturn: TCP 443 is taken by .+; stop it first\.\n$/);
      expect(await leftovers()).toEqual([]);
    });

    /** What an installation leaves on the disk, and whether the package is there. */
    async function leftovers(): Promise<string[]> {
      const places = [
        ...[
          '/etc/turnserver.conf',
          '/etc/anypath-coturn.nft',
          '/etc/default/coturn',
          '/var/lib/anypath-coturn',
          '/var/lib/turn/fullchain.pem',
        ],
        ...[
          '/etc/letsencrypt/renewal-hooks/deploy/anypath-coturn',
          '/etc/letsencrypt/live/anypath-turn',
          '/usr/bin/turnserver',
        ],
      ];
      const { output } = await tree.run('sh', [
        '-c',
        'for file; do [ ! -e "$file" ] || echo "$file"; done',
        'sh',
        ...places,
      ]);
      return output.trim().split('\n').filter(Boolean);
    }

    /** The number of the process inside the tree. */
    const turnserver = async (): Promise<string> => (await tree.run('pgrep', ['-x', 'turnserver'])).output.trim();

    /** Of the certificate that is served. */
    async function serial(): Promise<string> {
      const { namespace, ipv4 } = network.hosts.turn;
      const chain = await namespace.run('openssl', ['s_client', '-connect', `${ipv4}:443`, '-servername', TURN]);
      return namespace.run('openssl', ['x509', '-noout', '-serial'], { input: chain });
    }
  },
);

/** Runs on the machine: has a port. */
function listener({ port }: { port: number }, io: ProbeIo): void {
  process
    .getBuiltinModule('node:net')
    .createServer()
    .listen(port, () => io.say('ready'));
}
