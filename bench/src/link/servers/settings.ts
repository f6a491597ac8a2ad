import { readFileSync } from 'node:fs';

/** The address that a server of the lab listens on, and its certificate, from the environment. */
export function serverSettings(): { host: string; port: number; cert: string; key: string } {
  const { HOST = '', CERTIFICATE = '', KEY = '' } = process.env;
  return { host: HOST, port: 443, cert: readFileSync(CERTIFICATE, 'utf8'), key: readFileSync(KEY, 'utf8') };
}
