import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate that signs itself. */
export interface Certificate {
  /** For whom it is. */
  readonly name: string;
  /** The certificate alone (PEM): who trusts it, trusts its holder. */
  readonly text: string;
  /** The file with it and its key, as haproxy reads it. */
  readonly bundle: string;
}

/**
 * Makes one with openssl, for a day.
 *
 * @param folder where its files go
 * @throws Error where openssl is missing
 */
export function makeCertificate(folder: string, name: string): Certificate {
  const [key, certificate, bundle] = ['key', 'certificate', 'bundle'].map((file) => join(folder, `${file}.pem`)) as [
    string,
    string,
    string,
  ];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', key, '-out', certificate], {
    stdio: 'pipe',
  });
  const text = readFileSync(certificate, 'utf8');
  writeFileSync(bundle, `${readFileSync(key, 'utf8')}${text}`, { mode: 0o600 });
  return { name, text, bundle };
}
