import type { CheckName, CheckReason, CheckRow, Examination, RowOf } from '@anypath/protocol';
import { partsOfUri } from './addresses.ts';

/** Reasons after which it is known that the server was reached: it answered, if only to refuse. */
const ANSWERED: ReadonlySet<CheckReason> = new Set([
  'unauthorized',
  'rejected',
  'no_echo',
  'private_address',
  'malformed',
]);

/** What the rows of an examination show, as the verdict asks for it. */
export class Evidence {
  readonly examination: Examination;

  constructor(examination: Examination) {
    this.examination = examination;
  }

  /** The rows of one check. */
  rows<N extends CheckName>(check: N): RowOf<N>[] {
    return this.examination.checks.filter((row): row is RowOf<N> => row.check === check);
  }

  /** The first row of a check that is made once. */
  row<N extends CheckName>(check: N): RowOf<N> | undefined {
    return this.rows(check)[0];
  }

  /** Whether it was made in a browser, which sees neither proxies nor certificates. */
  get isBrowser(): boolean {
    return this.examination.face === 'browser';
  }

  /** Rows of STUN and TURN over UDP, without servers that were named for comparison. */
  get udpRows(): (RowOf<'stun'> | RowOf<'turn'>)[] {
    return [...this.rows('stun'), ...this.rows('turn')].filter(
      (row) => row.transport === 'udp' && !('isReference' in row && row.isReference),
    );
  }

  /** Whether an answer came over UDP. */
  get udpPasses(): boolean {
    return this.udpRows.some(wasAnswered);
  }

  /** Whether UDP was tried, and nothing came back. */
  get udpFails(): boolean {
    return !this.udpPasses && this.udpRows.some(({ outcome }) => outcome === 'failed');
  }

  /** Whether a TCP connection opens without a proxy. A browser does not see whether it uses one. */
  get tcpPasses(): boolean {
    return (
      (this.isBrowser && this.webWorks) ||
      this.rows('tcp').some(isOk) ||
      this.rows('stun').some((row) => row.transport !== 'udp' && !row.viaProxy && isOk(row))
    );
  }

  /** The TCP connection to the server's own port. */
  get serverPort(): RowOf<'tcp'> | undefined {
    const { target } = this.examination;
    if (target.kind !== 'server') return undefined;
    const { protocol, hostname, port } = new URL(target.url);
    const subject = `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`;
    return this.rows('tcp').find((row) => row.subject === subject);
  }

  /** Whether HTTP to the server works, in whichever way. */
  get webWorks(): boolean {
    return this.rows('web').some(isOk);
  }

  /** Whether it works through a proxy. */
  get webViaProxy(): boolean {
    return this.rows('web').some((row) => isOk(row) && row.viaProxy);
  }

  /** The server's clock minus this computer's, milliseconds. */
  get skewMs(): number | undefined {
    return this.row('ice')?.skewMs ?? this.rows('web').find(({ skewMs }) => skewMs !== undefined)?.skewMs;
  }

  /** What the server's own probe says of UDP at its TURN servers. */
  get serversViewOfUdp(): 'up' | 'down' | 'unknown' {
    const urls = (this.row('readiness')?.urls ?? []).filter(({ url }) => partsOfUri(url).transport === 'udp');
    if (urls.some(({ state }) => state === 'up')) return 'up';
    // A refusal is an answer: UDP passes there.
    const isCut = urls.some(
      ({ state, reason }) => state === 'down' && reason !== 'unauthorized' && reason !== 'rejected',
    );
    return isCut ? 'down' : 'unknown';
  }

  /** Whether a server elsewhere, named for comparison, answers over UDP; `undefined` where none was named. */
  get referenceAnswers(): boolean | undefined {
    const references = this.rows('stun').filter(({ isReference }) => isReference);
    return references.length === 0 ? undefined : references.some(isOk);
  }

  /** TLS ends well and what is inside it does not get through: somebody reads it on the way. */
  get isIntercepted(): boolean {
    const isPrivateRoot = this.rows('tls').some((row) => isOk(row) && row.publicRoot === false);
    const turns = this.rows('turn').filter(({ transport }) => transport === 'tls');
    const stuck = turns.some(
      ({ outcome, reason }) => outcome === 'failed' && reason !== undefined && STUCK.has(reason),
    );
    const secured = this.rows('tls').filter((row) => turns.some(({ subject }) => sameEnd(subject, row.subject)));
    return isPrivateRoot && stuck && !turns.some(wasAnswered) && secured.some(isOk);
  }
}

/** How TURN ends inside a connection that somebody else reads. */
const STUCK: ReadonlySet<CheckReason> = new Set(['timeout', 'unreachable', 'malformed', 'deadline']);

const sameEnd = (uri: string, subject: string): boolean => {
  const { host, port } = partsOfUri(uri);
  return subject === `${host.includes(':') ? `[${host}]` : host}:${port}`;
};

export const isOk = ({ outcome }: Pick<CheckRow, 'outcome'>): boolean => outcome === 'ok';
export const hasFailed = ({ outcome }: Pick<CheckRow, 'outcome'>): boolean => outcome === 'failed';

/** Whether the other end answered, if only to refuse. */
export const wasAnswered = ({ outcome, reason }: Pick<CheckRow, 'outcome' | 'reason'>): boolean =>
  outcome === 'ok' || (reason !== undefined && ANSWERED.has(reason));
