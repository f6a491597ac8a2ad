import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { type DetailedPeerCertificate, rootCertificates, connect as startTls, type TLSSocket } from 'node:tls';
import type { CheckReason, RowOf } from '@anypath/protocol';
import { attempt, outcomeOf } from '../net/bounded.ts';
import { printable, reasonOfCode } from '../net/reason.ts';
import { openTcp, type Route } from '../net/tunnel.ts';
import { CHECK_MS, proxyOf, type Scene } from '../scene.ts';
import { joined } from '../verdict/addresses.ts';

type Facts = Pick<RowOf<'tls'>, 'issuer' | 'publicRoot' | 'names' | 'daysLeft'>;

const DAY_MS = 86_400_000;
const MAX_NAMES = 5;

/** Shakes hands and looks at the certificate: its chain, its names, its end, and who signed it. */
export async function checkTls(scene: Scene, host: string, port: number): Promise<RowOf<'tls'>> {
  const proxy = proxyOf(scene, host, port);
  const result = await attempt(scene.signal, CHECK_MS, (signal) => shown({ host, port, proxy }, scene.now(), signal));
  const row = { check: 'tls', subject: joined(host, port), viaProxy: proxy !== undefined } as const;
  if (!result.ok) return { ...row, ...outcomeOf(result) };
  const { reason, code, ...facts } = result.value;
  const ms = Math.round(result.ms);
  if (reason === undefined) return { ...row, outcome: 'ok', ms, ...facts };
  return { ...row, outcome: 'failed', reason, ms, ...facts, detail: printable(code ?? '') };
}

interface Shown extends Facts {
  readonly reason: CheckReason | undefined;
  readonly code: string | undefined;
}

/** The handshake is completed whatever the certificate says, in order to see it; nothing is sent over it. */
async function shown(route: Route, nowMs: number, signal: AbortSignal): Promise<Shown> {
  const tcp = await openTcp(route, signal);
  const close = () => tcp.destroy();
  signal.addEventListener('abort', close, { once: true });
  try {
    return await new Promise<Shown>((resolve, reject) => {
      const named = isIP(route.host) ? {} : { servername: route.host };
      const stream = startTls({ socket: tcp, host: route.host, ...named, rejectUnauthorized: false });
      stream.once('secureConnect', () => resolve(factsOf(stream, nowMs)));
      stream.on('error', reject);
      tcp.once('close', () => reject(new Error('the connection was closed in the handshake')));
    });
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}

function factsOf(stream: TLSSocket, nowMs: number): Shown {
  const certificate = stream.getPeerCertificate(true);
  const code = stream.authorized ? undefined : codeOfRefusal(stream.authorizationError);
  const names = (certificate.subjectaltname ?? '').split(', ').map((name) => name.replace(/^(DNS|IP Address):/, ''));
  return {
    code,
    reason: code === undefined ? undefined : reasonOfRefusal(code, certificate),
    ...(certificate.issuer ? { issuer: printable(nameOf(certificate.issuer)) } : {}),
    publicRoot: isPublic(certificate),
    names: names.slice(0, MAX_NAMES).map(printable),
    daysLeft: Math.floor((Date.parse(certificate.valid_to) - nowMs) / DAY_MS),
  };
}

/** Node's types say it is an error; it is the code of one. */
function codeOfRefusal(refusal: unknown): string {
  if (typeof refusal === 'string') return refusal;
  return refusal instanceof Error && 'code' in refusal ? String(refusal.code) : 'UNKNOWN';
}

/** Without the certificate in between, nothing leads from the server's own to the authority. */
function reasonOfRefusal(code: string, certificate: DetailedPeerCertificate): CheckReason {
  const isAlone = certificate.issuerCertificate === undefined;
  const isSelfSigned = nameOf(certificate.issuer) === nameOf(certificate.subject);
  if (code === 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' && isAlone && !isSelfSigned && isPublicName(certificate.issuer)) {
    return 'certificate_chain';
  }
  return reasonOfCode(code) ?? 'tls';
}

/** Common authorities name their own company in the certificates in between. */
const isPublicName = ({ O = '' }: { O?: string | string[] }): boolean =>
  /let's encrypt|google trust|digicert|sectigo|globalsign|zerossl|amazon|godaddy|entrust|buypass/i.test(String(O));

function nameOf(name: { CN?: string | string[]; O?: string | string[] } | undefined): string {
  const first = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);
  return first(name?.CN) ?? first(name?.O) ?? '?';
}

let publicRoots: ReadonlySet<string> | undefined;

/** Whether the last certificate of the chain is one that Node ships with. */
function isPublic(certificate: DetailedPeerCertificate): boolean {
  let last = certificate;
  for (let depth = 0; depth < 8 && last.issuerCertificate && last.issuerCertificate !== last; depth++) {
    last = last.issuerCertificate;
  }
  publicRoots ??= new Set(rootCertificates.map((pem) => new X509Certificate(pem).fingerprint256));
  return publicRoots.has(last.fingerprint256);
}
