import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from '../testing/test-server.ts';
import { Certificates, expiryOf } from './certificates.ts';

describe('certificates of real TLS servers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'anypath-certificates-'));
  const tls = createServer();
  let endsAtMs = 0;
  let url = '';

  beforeAll(async () => {
    const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
    const subject = ['-subj', '/CN=turn.test', '-days', '2', '-out', certificateFile];
    execFileSync('openssl', ['req', '-x509', ...made, ...subject], { stdio: 'ignore' });
    const cert = readFileSync(certificateFile, 'utf8');
    endsAtMs = Date.parse(new X509Certificate(cert).validTo);
    tls.setSecureContext({ cert, key: readFileSync(keyFile) });
    tls.listen(0, '127.0.0.1');
    await once(tls, 'listening');
    url = `turns:127.0.0.1:${(tls.address() as AddressInfo).port}?transport=tcp`;
  });
  afterAll(() => {
    tls.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('[S7.5] are read whether or not they would be trusted, and nothing is read where there is no TLS', async () => {
    expect(await expiryOf(url)).toBe(endsAtMs);
    expect(await expiryOf(url.replace('turns:', 'https://').replace('?transport=tcp', ''))).toBe(endsAtMs);
    const plain = createTcpServer((socket) => socket.resume().end('no TLS here'));
    plain.listen(0, '127.0.0.1');
    await once(plain, 'listening');
    const { port } = plain.address() as AddressInfo;
    expect(await expiryOf(`turns:127.0.0.1:${port}`)).toBeUndefined();
    plain.close();
    await once(plain, 'close');
    expect(await expiryOf(`turns:127.0.0.1:${port}`), 'nobody listens').toBeUndefined();
    expect(await expiryOf('turns:no host at all'), 'no address').toBeUndefined();
  });

  it('[S7.5] are read again where they could not be, and forgotten with their address', async () => {
    let urls = ['turns:a', 'turn:b', 'https://c'];
    const asked: string[] = [];
    const answers = new Map<string, number>([['https://c', 7]]);
    const certificates = new Certificates(
      async () => urls,
      async (each) => {
        asked.push(each);
        return answers.get(each);
      },
    );
    await certificates.look();
    answers.set('turns:a', 5);
    await certificates.look();
    expect(asked).toEqual(['turns:a', 'https://c', 'turns:a']);
    urls = ['turns:a'];
    await certificates.look();
    expect(certificates.list).toMatchObject([{ url: 'turns:a', expiresAtMs: 5 }]);
  });

  it('[S7.5] of the addresses of a server are among its metrics', async () => {
    await using server = await TestServer.start({
      TURN_SECRET: 'a-secret-that-coturn-shares',
      TURN_URIS: url,
      TURN_PROBE_INTERVAL: '0',
    });
    const line = `anypath_certificate_expires_timestamp_seconds{url="${url}"} ${endsAtMs / 1000}`;
    await expect.poll(async () => (await server.fetch('/metrics')).text(), { timeout: 5_000 }).toContain(line);
  });
});
