import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate that signs itself, for a test's server. */
export interface Certificate {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** What a client must trust, PEM. */
  readonly ca: string;
}

/** What the certificate is valid for. `localhost` is not among it. */
const NAMES = 'subjectAltName=DNS:turn.test,IP:127.0.0.1,IP:::1';

/** Makes a certificate with openssl, for turn.test, 127.0.0.1 and ::1. */
export async function makeCertificate(folder: string): Promise<Certificate> {
  const [certificateFile, keyFile] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  const subject = ['-subj', '/CN=turn.test', '-addext', NAMES, '-days', '2', '-out', certificateFile];
  await run('openssl', ['req', '-x509', ...key, ...subject]);
  return { certificateFile, keyFile, ca: readFileSync(certificateFile, 'utf8') };
}
