import { isIP } from 'node:net';
import { connect as startTls } from 'node:tls';
import { attempt } from '../net/bounded.ts';
import { openTcp } from '../net/tunnel.ts';
import type { AttackRow, Judgement } from './report.ts';
import { type AttackScene, judged } from './scene.ts';

/** Versions that RFC 8996 took out of use. */
const OLD_VERSIONS = { 'TLS 1.0': 'TLSv1', 'TLS 1.1': 'TLSv1.1' } as const;

/** A version that every server speaks. */
const GOOD_VERSION = 'TLSv1.2';
type Version = (typeof OLD_VERSIONS)[keyof typeof OLD_VERSIONS] | typeof GOOD_VERSION;

/** Less than the time of an attack, so that there is time to see whether the port speaks TLS at all. */
const HANDSHAKE_MS = 1_000;

/** Asks every port with TLS for versions that are broken. */
export function attackTls(scene: AttackScene): Promise<AttackRow[]> {
  const rows = scene.target.tlsPorts.flatMap((port) =>
    Object.entries(OLD_VERSIONS).map(([name, version]) =>
      judged(scene, { attack: 'tls', subject: `${name} on ${port}` }, (signal) =>
        judgedVersion(scene, port, version, signal),
      ),
    ),
  );
  return Promise.all(rows);
}

/** coturn says nothing to a version that it has switched off. Silence counts where a good version is answered. */
async function judgedVersion(
  scene: AttackScene,
  port: number,
  version: Version,
  signal: AbortSignal,
): Promise<Judgement> {
  const result = await attempt(signal, HANDSHAKE_MS, (inner) => handshake(scene, port, version, inner));
  if (result.ok) return { outcome: 'through', detail: `spoke ${version}` };
  if (result.reason === 'refused') return { outcome: 'refused', detail: 'nothing listens there' };
  const good = await attempt(signal, HANDSHAKE_MS, (inner) => handshake(scene, port, GOOD_VERSION, inner));
  if (!good.ok) throw good.error;
  return {
    outcome: 'refused',
    detail: result.reason === 'timeout' ? 'no answer, as there is to TLS 1.2' : result.detail,
  };
}

/** @throws whatever ends it before it is complete */
async function handshake(
  { address, target }: AttackScene,
  port: number,
  version: Version,
  signal: AbortSignal,
): Promise<void> {
  const tcp = await openTcp({ host: address, port, proxy: undefined }, signal);
  const close = () => tcp.destroy();
  signal.addEventListener('abort', close, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      const named = isIP(target.host) ? {} : { servername: target.host };
      // The certificate is the doctor's business; old versions need what OpenSSL calls level 0.
      const options = {
        minVersion: version,
        maxVersion: version,
        ciphers: 'DEFAULT@SECLEVEL=0',
        rejectUnauthorized: false,
      };
      const stream = startTls({ socket: tcp, ...named, ...options });
      stream.once('secureConnect', () => resolve());
      stream.once('error', reject);
      tcp.once('close', () => reject(new Error('it closed the connection')));
    });
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}
