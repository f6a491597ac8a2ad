import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createServer, type TlsOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bind } from './binding.ts';
import { probeTurn } from './probe.ts';
import { type Certificate, makeCertificate } from './testing/certificate.ts';
import { freePort } from './testing/free-port.ts';
import { watchHandles } from './testing/open-handles.ts';
import { CREDENTIALS } from './testing/scripted-server.ts';
import { SilentServer } from './testing/silent-server.ts';

const TRANSPORTS = ['udp', 'tcp', 'tls'] as const;
const uriOf = (transport: string, port: number, host = '127.0.0.1') =>
  transport === 'tls' ? `turns:${host}:${port}` : `turn:${host}:${port}?transport=${transport}`;

describe('where nothing listens', () => {
  it.each([
    ['udp', 'unreachable'],
    ['tcp', 'refused'],
    ['tls', 'refused'],
  ])('a probe over %s says %s at once', async (transport, code) => {
    const isClean = await watchHandles();
    const startedMs = performance.now();
    await expect(probeTurn(uriOf(transport, await freePort()), CREDENTIALS)).rejects.toMatchObject({ code });
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    await isClean();
  });
});

describe('a server that says nothing', () => {
  it.each(TRANSPORTS)('is given up at the deadline over %s', async (transport) => {
    await using server = await SilentServer.start();
    const isClean = await watchHandles();
    const startedMs = performance.now();
    const probe = probeTurn(uriOf(transport, server.port), CREDENTIALS, { timeoutMs: 150 });
    await expect(probe).rejects.toMatchObject({ code: 'timeout' });
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(149);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    await isClean();
  });

  it.each(TRANSPORTS)('is left over %s when the caller aborts', async (transport) => {
    await using server = await SilentServer.start();
    const isClean = await watchHandles();
    const controller = new AbortController();
    const probe = probeTurn(uriOf(transport, server.port), CREDENTIALS, { signal: controller.signal });
    setImmediate(() => controller.abort());
    await expect(probe).rejects.toMatchObject({ code: 'aborted' });
    await isClean();
  });

  it('is given up when no transmission was answered', async () => {
    await using server = await SilentServer.start();
    const isClean = await watchHandles();
    await expect(bind(`stun:127.0.0.1:${server.port}`, { rtoMs: 1 })).rejects.toMatchObject({
      code: 'timeout',
      message: 'no answer to any transmission',
    });
    await isClean();
  });
});

describe('a server with a certificate', () => {
  let folder: string;
  let certificate: Certificate;
  const names: string[] = [];
  let port: number;
  let stop: () => Promise<unknown>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'anypath-stun-tls-'));
    certificate = await makeCertificate(folder);
    const cert = readFileSync(certificate.certificateFile);
    const SNICallback: TlsOptions['SNICallback'] = (name, done) => {
      names.push(name);
      done(null);
    };
    const server = createServer({ cert, key: readFileSync(certificate.keyFile), SNICallback }, (socket) => {
      socket
        .on('error', () => undefined)
        .resume()
        .end('bye');
    });
    server.listen(0, '127.0.0.1').on('tlsClientError', () => undefined);
    await once(server, 'listening');
    port = (server.address() as { port: number }).port;
    stop = () => new Promise((resolve) => server.close(resolve));
  });
  afterAll(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is not trusted unless its authority is', async () => {
    const isClean = await watchHandles();
    await expect(bind(uriOf('tls', port))).rejects.toMatchObject({ code: 'tls' });
    await isClean();
  });

  it('is not trusted for another name', async () => {
    const isClean = await watchHandles();
    const binding = bind(uriOf('tls', port, 'localhost'), { tls: { ca: certificate.ca }, family: 4 });
    await expect(binding).rejects.toMatchObject({ code: 'tls', message: expect.stringContaining('ALTNAME') });
    await isClean();
  });

  it('is told the host name, and no name for an address', async () => {
    names.length = 0;
    const options = { tls: { ca: certificate.ca }, family: 4 } as const;
    await expect(bind(uriOf('tls', port), options)).rejects.toMatchObject({ code: 'unreachable' });
    expect(names).toEqual([]);
    await expect(bind(uriOf('tls', port, 'localhost'), options)).rejects.toMatchObject({ code: 'tls' });
    expect(names).toEqual(['localhost']);
  });

  it('fails the handshake where it speaks no TLS', async () => {
    const isClean = await watchHandles();
    const plain = createPlainServer((socket) => {
      socket
        .on('error', () => undefined)
        .resume()
        .end('HTTP/1.1 400 Bad Request');
    });
    await once(plain.listen(0, '127.0.0.1'), 'listening');
    const { port: plainPort } = plain.address() as { port: number };
    await expect(bind(uriOf('tls', plainPort))).rejects.toMatchObject({ code: 'tls' });
    await isClean();
    await new Promise((resolve) => plain.close(resolve));
  });
});

describe('what cannot be tried', () => {
  it.each([
    ['no URI', 'mailto:a@example.org', 'invalid_uri'],
    ['DTLS', 'turns:127.0.0.1?transport=udp', 'unsupported'],
    ['an allocation on a stun URI', 'stun:127.0.0.1', 'unsupported'],
    ['a name that does not exist', 'turn:does-not-exist.invalid', 'unresolvable'],
  ])('%s', async (_, uri, code) => {
    const isClean = await watchHandles();
    await expect(probeTurn(uri, CREDENTIALS, { timeoutMs: 5_000 })).rejects.toMatchObject({ code });
    await isClean();
  });

  it('a stream for UDP, which is destroyed like any other', async () => {
    const stream = new PassThrough();
    await expect(bind('stun:127.0.0.1', { stream })).rejects.toMatchObject({ code: 'unsupported' });
    expect(stream.destroyed).toBe(true);
  });

  it('a stream that speaks another protocol', async () => {
    const stream = new PassThrough();
    stream.write('SSH-2.0-OpenSSH_9.2\r\n');
    await expect(bind('turn:127.0.0.1?transport=tcp', { stream })).rejects.toMatchObject({ code: 'malformed' });
    expect(stream.destroyed).toBe(true);
  });

  it('a caller who has aborted already', async () => {
    const signal = AbortSignal.abort();
    await expect(bind('stun:127.0.0.1', { signal })).rejects.toMatchObject({ code: 'aborted' });
  });
});
