/**
 * Stands in for certbot where no authority of the internet can be asked. It takes certbot's arguments, answers its own HTTP-01
 * challenge (RFC 8555, section 8.3) over port 80 of every name, and has the lab's authority sign. Then it runs the hooks.
 *
 * `STAND_IN_VANTAGE` is a command that runs another where the authority is: elsewhere than on the machine that is certified.
 * `STAND_IN_AUTHORITY` names the folder of that authority. A file `renew` in it makes the certificate due; it is removed then.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: {
    d: { type: 'string', short: 'd', multiple: true },
    'cert-name': { type: 'string' },
    'config-dir': { type: 'string', default: '/etc/letsencrypt' },
    'http-01-port': { type: 'string', default: '80' },
    'deploy-hook': { type: 'string' },
    'pre-hook': { type: 'string' },
    'post-hook': { type: 'string' },
    ...Object.fromEntries(
      ['work-dir', 'logs-dir', 'email', 'server', 'preferred-challenges'].map((name) => [name, { type: 'string' }]),
    ),
  },
});

const authority = process.env['STAND_IN_AUTHORITY'] ?? '';
const vantage = (process.env['STAND_IN_VANTAGE'] ?? '').split(' ').filter(Boolean);
const folder = `${values['config-dir']}/live/${values['cert-name']}`;
const [command] = positionals;
if (command === 'delete') {
  rmSync(folder, { recursive: true, force: true });
} else if (command === 'certonly') {
  const due = `${authority}/renew`;
  if (!existsSync(`${folder}/fullchain.pem`) || existsSync(due)) {
    rmSync(due, { force: true });
    const names = /** @type {string[]} */ (values['d'] ?? []);
    hook(values['pre-hook']);
    try {
      await challenge(names);
    } finally {
      hook(values['post-hook']);
    }
    sign(names);
    deployed(names);
  }
} else {
  console.error(`stand-in for certbot: ${command} is not known`);
  process.exit(1);
}

/** @param {readonly string[]} names */
async function challenge(names) {
  const token = randomBytes(16).toString('hex');
  const path = `/.well-known/acme-challenge/${token}`;
  const server = createServer((request, response) => {
    if (request.url === path) response.end(`${token}.${request.headers.host}`);
    else response.writeHead(404).end();
  }).listen(Number(values['http-01-port']));
  await once(server, 'listening');
  for (const name of names) {
    const answer = await asked(`http://${name}${path}`);
    if (answer !== `${token}.${name}`) throw new Error(`the challenge does not arrive over http://${name}: ${answer}`);
  }
  server.close();
  server.closeAllConnections();
}

/**
 * What the authority finds at a URL.
 *
 * @param {string} url
 * @returns {Promise<string>}
 */
async function asked(url) {
  const script = `process.stdout.write(await (await fetch('${url}', { redirect: 'manual' })).text(), () => process.exit())`;
  const [command = process.execPath, ...args] = [...vantage, process.execPath];
  const child = spawn(command, [...args, '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [answer] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return answer;
}

/** @param {readonly string[]} names */
function sign(names) {
  mkdirSync(folder, { recursive: true });
  const { status, stderr } = spawnSync(
    'openssl',
    [
      ...['req', '-x509', '-config', `${authority}/openssl.cnf`, '-subj', `/CN=${names[0]}`, '-days', '30', '-nodes'],
      ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
      ...['-CA', `${authority}/authority.crt`, '-CAkey', `${authority}/authority.key`],
      ...['-addext', 'basicConstraints=critical,CA:FALSE', '-addext', 'extendedKeyUsage=serverAuth'],
      ...['-addext', `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`],
      ...['-keyout', `${folder}/privkey.pem`, '-out', `${folder}/cert.pem`],
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  writeFileSync(
    `${folder}/fullchain.pem`,
    readFileSync(`${folder}/cert.pem`, 'utf8') + readFileSync(`${authority}/authority.crt`, 'utf8'),
  );
}

/** @param {readonly string[]} names */
function deployed(names) {
  const hooks = `${values['config-dir']}/renewal-hooks/deploy`;
  const files = existsSync(hooks) ? readdirSync(hooks).map((file) => `${hooks}/${file}`) : [];
  for (const each of [values['deploy-hook'], ...files]) {
    hook(each, { RENEWED_LINEAGE: folder, RENEWED_DOMAINS: names.join(' ') });
  }
}

/**
 * @param {unknown} shellCommand
 * @param {Record<string, string>} [env]
 */
function hook(shellCommand, env = {}) {
  if (typeof shellCommand !== 'string') return;
  const { status } = spawnSync('/bin/sh', ['-c', shellCommand], { env: { ...process.env, ...env }, stdio: 'inherit' });
  if (status !== 0) throw new Error(`the hook failed: ${shellCommand}`);
}
