import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { run } from './command.ts';

/** A certificate and its private key, as paths of PEM files. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
  /** Both in one file, the key first: what haproxy and squid read. */
  readonly bundle: string;
}

const VALID_DAYS = 30;

/** Nothing of the machine's own openssl.cnf applies: it would make every certificate an authority. */
const CONFIGURATION = '[req]\ndistinguished_name = name\nprompt = no\n[name]\n';

/** A certificate authority of the lab's own. */
export class Authority implements Certificate {
  readonly name: string;
  readonly certificate: string;
  readonly key: string;
  readonly bundle: string;
  readonly #folder: string;

  private constructor(folder: string, name: string, own: Certificate) {
    this.name = name;
    this.#folder = folder;
    this.certificate = own.certificate;
    this.key = own.key;
    this.bundle = own.bundle;
  }

  /**
   * Makes an authority.
   *
   * @param folder where its files go; made where there is none
   * @param name which certificates give as their issuer
   */
  static async create(folder: string, name: string): Promise<Authority> {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/openssl.cnf`, CONFIGURATION);
    const own = await makeCertificate(folder, 'authority', name, [
      'basicConstraints=critical,CA:TRUE',
      'keyUsage=critical,keyCertSign,cRLSign',
    ]);
    return new Authority(folder, name, own);
  }

  /**
   * Makes a certificate for a server that expired a month ago.
   *
   * @param name the DNS name that it is for
   */
  async issueExpired(name: string): Promise<Certificate> {
    const base = `${this.#folder}/expired-${name}`;
    const made = { certificate: `${base}.crt`, key: `${base}.key`, bundle: `${base}.pem` };
    // Only `openssl ca` makes a certificate whose time is over.
    writeFileSync(`${base}.cnf`, expiredConfiguration(base, name));
    writeFileSync(`${base}.index`, '');
    mkdirSync(`${base}.made`, { recursive: true });
    await run('openssl', [
      ...['req', '-new', '-config', `${this.#folder}/openssl.cnf`, '-subj', `/CN=${name}`, '-nodes'],
      ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', made.key, '-out', `${base}.csr`],
    ]);
    await run('openssl', [
      ...['ca', '-batch', '-notext', '-create_serial', '-config', `${base}.cnf`, '-in', `${base}.csr`],
      ...['-cert', this.certificate, '-keyfile', this.key, '-out', made.certificate],
      ...['-startdate', dayFromNow(-90), '-enddate', dayFromNow(-30)],
    ]);
    writeFileSync(made.bundle, readFileSync(made.key, 'utf8') + readFileSync(made.certificate, 'utf8'));
    return made;
  }

  /**
   * Makes a certificate for a server.
   *
   * @param names the DNS names that it is for, the first of which names the files
   * @param addresses the IP addresses that it is for
   */
  issue(names: readonly [string, ...string[]], addresses: readonly string[] = []): Promise<Certificate> {
    const alternatives = [...names.map((name) => `DNS:${name}`), ...addresses.map((address) => `IP:${address}`)];
    return makeCertificate(
      this.#folder,
      names[0],
      names[0],
      ['basicConstraints=critical,CA:FALSE', 'extendedKeyUsage=serverAuth', `subjectAltName=${alternatives.join(',')}`],
      ['-CA', this.certificate, '-CAkey', this.key],
    );
  }
}

/**
 * Has Chromium trust authorities: for `https:`, `wss:` and `turns:` alike, it reads the NSS database of its user.
 *
 * @param home the home folder that Chromium will be started with
 */
export async function trustInHome(home: string, authorities: readonly Authority[]): Promise<void> {
  const folder = `${home}/.pki/nssdb`;
  mkdirSync(folder, { recursive: true });
  const database = `sql:${folder}`;
  await run('certutil', ['-N', '-d', database, '--empty-password']);
  for (const { name, certificate } of authorities) {
    await run('certutil', ['-A', '-d', database, '-n', name, '-t', 'C,,', '-i', certificate]);
  }
}

/** A day as ASN.1 writes it (RFC 5280 section 4.1.2.5). */
function dayFromNow(days: number): string {
  const day = new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
  return `${day}000000Z`;
}

const expiredConfiguration = (base: string, name: string): string => `
[ca]
default_ca = own
[own]
database = ${base}.index
new_certs_dir = ${base}.made
serial = ${base}.serial
default_md = sha256
policy = any
x509_extensions = server
[any]
commonName = supplied
[server]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:${name}
`;

async function makeCertificate(
  folder: string,
  file: string,
  name: string,
  extensions: readonly string[],
  signing: readonly string[] = [],
): Promise<Certificate> {
  const base = `${folder}/${file}`;
  const made = { certificate: `${base}.crt`, key: `${base}.key`, bundle: `${base}.pem` };
  await run('openssl', [
    ...['req', '-x509', '-config', `${folder}/openssl.cnf`, '-subj', `/CN=${name}`, '-days', `${VALID_DAYS}`],
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', made.key, '-out', made.certificate],
    ...extensions.flatMap((extension) => ['-addext', extension]),
    ...signing,
  ]);
  writeFileSync(made.bundle, readFileSync(made.key, 'utf8') + readFileSync(made.certificate, 'utf8'));
  return made;
}
