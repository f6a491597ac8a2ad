import type { CheckRow, DoctorReport, DoctorTarget, IceAnswer, RowOf } from '@anypath/protocol';
import { checkAddresses } from './checks/addresses.ts';
import { checkIce, type Ice } from './checks/ice.ts';
import { checkNames } from './checks/names.ts';
import { checkPortal } from './checks/portal.ts';
import { checkReadiness } from './checks/readiness.ts';
import { checkSocket } from './checks/socket.ts';
import { checkStun } from './checks/stun.ts';
import { checkTcp } from './checks/tcp.ts';
import { checkTls } from './checks/tls.ts';
import { checkTurn, measureThroughput, unusable } from './checks/turn.ts';
import { checkUdp } from './checks/udp.ts';
import { checkWeb } from './checks/web.ts';
import { type Endpoint, endpointOf, isTurn, keyOf } from './net/endpoint.ts';
import { withoutPassword } from './net/proxies.ts';
import { DeadlineError } from './net/reason.ts';
import type { Scene } from './scene.ts';
import { credentialsOf, type Target } from './target.ts';
import { isPrivateAddress, joined } from './verdict/addresses.ts';
import { verdictOf } from './verdict/verdict.ts';

/** How an examination is made. */
export interface ExamineOptions {
  /** Also makes the checks that concern an operator. */
  readonly operator?: boolean;
  /** Also measures what TURN carries, for two seconds an address. */
  readonly throughput?: boolean;
  /** STUN servers elsewhere, for comparison. */
  readonly references?: readonly string[];
  /** The proxy for a URL; none where it is left out. */
  readonly proxyFor?: (url: string) => NamedProxy | undefined;
  /** Told of each row as it is found. */
  readonly progress?: (row: CheckRow) => void;
  /** Ends the run early: what is not known then is unknown. */
  readonly signal?: AbortSignal;
  /** How long the standard run may take, milliseconds; 9 500 where it is left out. */
  readonly deadlineMs?: number;
  /** The clock, Unix time in milliseconds. */
  readonly now?: () => number;
}

/** A proxy, and who named it. */
export interface NamedProxy {
  readonly url: string;
  readonly source: RowOf<'proxy'>['source'];
}

const DEADLINE_MS = 9_500;
/** What measuring the throughput of one address adds. */
const THROUGHPUT_MS = 3_000;

/**
 * Examines a network and a server. Checks that do not need each other run at the same time, under one deadline; none of
 * them throws.
 *
 * @returns the report, with its verdict
 */
export async function examine(target: Target, options: ExamineOptions = {}): Promise<DoctorReport> {
  const now = options.now ?? Date.now;
  const startedAt = now();
  const startedMs = performance.now();
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new DeadlineError()), options.deadlineMs ?? DEADLINE_MS);
  const stop = () => deadline.abort(new DeadlineError());
  options.signal?.addEventListener('abort', stop, { once: true });
  const rows: CheckRow[] = [];
  const examiner = new Examiner(
    target,
    options,
    { signal: deadline.signal, now, proxyFor: (url) => options.proxyFor?.(url)?.url },
    (row) => {
      rows.push(row);
      options.progress?.(row);
    },
  );
  try {
    await examiner.run();
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', stop);
  }
  const examination = {
    schema: 1,
    target: shown(target),
    face: 'terminal',
    operator: options.operator === true,
    startedAt,
    tookMs: Math.round(performance.now() - startedMs),
    checks: inOrder(await examiner.withThroughput(rows)),
  } as const;
  return { ...examination, verdict: verdictOf(examination) };
}

const shown = (target: Target): DoctorTarget =>
  target.kind === 'server' ? { kind: 'server', url: target.url.href } : { kind: 'turn', uris: [...target.uris] };

const ORDER: readonly CheckRow['check'][] = [
  'addresses',
  'proxy',
  'names',
  'tcp',
  'tls',
  'portal',
  'web',
  'readiness',
  'ice',
  'socket',
  'relay',
  'stun',
  'nat',
  'turn',
  'mtu',
  'range',
  'peers',
];

const inOrder = (rows: readonly CheckRow[]): CheckRow[] =>
  [...rows].sort((a, b) => ORDER.indexOf(a.check) - ORDER.indexOf(b.check) || (a.subject < b.subject ? -1 : 1));

/** Runs the checks in the order in which they need each other. */
class Examiner {
  readonly #target: Target;
  readonly #options: ExamineOptions;
  readonly #scene: Scene;
  readonly #emit: (row: CheckRow) => void;
  /** Ends that were or are being looked at, so that none is twice. */
  readonly #begun = new Set<string>();
  #endpoints: readonly Endpoint[] = [];

  constructor(target: Target, options: ExamineOptions, scene: Scene, emit: (row: CheckRow) => void) {
    this.#target = target;
    this.#options = options;
    this.#scene = scene;
    this.#emit = emit;
  }

  async run(): Promise<void> {
    this.#emit(checkAddresses());
    const references = (this.#options.references ?? []).map((uri) => endpointOf(uri, undefined, true));
    const compared = references.map((endpoint) => this.#add(checkStun(this.#scene, endpoint)));
    const target = this.#target;
    await Promise.all([...compared, target.kind === 'server' ? this.#server(target) : this.#turn(target)]);
  }

  /** Adds what each TURN address that works carries, one after the other. */
  async withThroughput(rows: readonly CheckRow[]): Promise<CheckRow[]> {
    if (!this.#options.throughput) return [...rows];
    const measured = new Map<string, number>();
    for (const endpoint of this.#endpoints.filter(isTurn)) {
      const works = rows.some((row) => row.check === 'turn' && row.subject === endpoint.uri && row.outcome === 'ok');
      if (!works) continue;
      const scene = { ...this.#scene, signal: AbortSignal.timeout(THROUGHPUT_MS) };
      const kbit = await measureThroughput(scene, endpoint);
      if (kbit !== undefined) measured.set(endpoint.uri, kbit);
    }
    return rows.map((row) => {
      const kbitPerSecond = row.check === 'turn' ? measured.get(row.subject) : undefined;
      return kbitPerSecond === undefined ? row : { ...row, kbitPerSecond };
    });
  }

  async #server({ url, token }: Extract<Target, { kind: 'server' }>): Promise<void> {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const isSecure = url.protocol === 'https:';
    const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
    const proxy = this.#options.proxyFor?.(url.href);
    if (proxy) this.#emit({ check: 'proxy', subject: withoutPassword(proxy.url), outcome: 'ok', source: proxy.source });
    const around = [
      this.#names(host).then((names) => this.#ipv6(names, port)),
      this.#port(host, port),
      ...(isSecure ? [this.#certificate(host, port), this.#add(checkPortal(this.#scene, url))] : []),
    ];
    await Promise.all([...around, this.#web(url, proxy?.url, token)]);
  }

  /** Through the proxy where one is named; where that does not work, without it. */
  async #web(url: URL, proxy: string | undefined, token: string | undefined): Promise<void> {
    const first = await this.#add(checkWeb(this.#scene, url, proxy));
    if (first.outcome === 'ok') return this.#service(url, proxy, token);
    if (proxy === undefined) return;
    const second = await this.#add(checkWeb(this.#scene, url, undefined));
    if (second.outcome === 'ok') await this.#service(url, undefined, token);
  }

  async #service(base: URL, proxy: string | undefined, token: string | undefined): Promise<void> {
    const asked = checkIce(this.#scene, base, proxy, token);
    const readiness = this.#add(checkReadiness(this.#scene, base, proxy));
    const sockets = asked.then((ice) => this.#sockets(base, proxy, ice));
    const turn = Promise.all([asked, readiness]).then(([ice, { urls }]) => {
      this.#emit(ice.row);
      return this.#ends(
        endpointsOf(
          ice.answer,
          urls.map(({ url }) => url),
          this.#emit,
        ),
      );
    });
    await Promise.all([sockets, turn]);
  }

  async #sockets(base: URL, proxy: string | undefined, { token }: Ice): Promise<void> {
    const check = async (transport: 'websocket' | 'polling') => {
      for (const row of await checkSocket(this.#scene, { base, proxy, token }, transport)) this.#emit(row);
    };
    await Promise.all([check('websocket'), check('polling')]);
  }

  async #turn({ uris, access }: Extract<Target, { kind: 'turn' }>): Promise<void> {
    const credentials = credentialsOf(access, this.#scene.now());
    const source = access.by === 'secret' ? 'secret' : 'given';
    this.#emit({ check: 'ice', subject: 'arguments', outcome: 'ok', source, urls: [...uris] });
    await this.#ends(uris.map((uri) => endpointOf(uri, credentials)));
  }

  /** Everything about STUN and TURN addresses. */
  async #ends(endpoints: readonly Endpoint[]): Promise<void> {
    this.#endpoints = endpoints;
    const byEnd = [...new Map(endpoints.map((endpoint) => [keyOf(endpoint), endpoint])).values()];
    const overUdp = endpoints.filter(({ transport }) => transport === 'udp');
    const operator = this.#options.operator === true;
    const several = async (work: Promise<CheckRow[]>) => {
      for (const row of await work) this.#emit(row);
    };
    await Promise.all([
      ...byEnd.map(({ host }) => this.#names(host)),
      ...byEnd.filter(({ transport }) => transport !== 'udp').map(({ host, port }) => this.#port(host, port)),
      ...byEnd.filter(({ transport }) => transport === 'tls').map(({ host, port }) => this.#certificate(host, port)),
      ...byEnd.map((endpoint) => this.#add(checkStun(this.#scene, endpoint))),
      ...endpoints
        .filter((endpoint) => isTurn(endpoint) && endpoint.credentials !== undefined)
        .map((endpoint) => several(checkTurn(this.#scene, endpoint, { operator }))),
      several(checkUdp(this.#scene, overUdp)),
    ]);
  }

  async #names(host: string): Promise<RowOf<'names'> | undefined> {
    if (/^[\d.]+$|:/.test(host) || !this.#begin(`names ${host}`)) return undefined;
    return this.#add(checkNames(this.#scene, host));
  }

  /** Where both ends have IPv6 it is tried by itself: a connection by name hides that it fails. */
  async #ipv6(names: RowOf<'names'> | undefined, port: number): Promise<void> {
    const [address] = names?.ipv6 ?? [];
    const isBoth = names !== undefined && names.ipv4.length > 0;
    const isHere = checkAddresses().ipv6.some((own) => !isPrivateAddress(own));
    if (address !== undefined && isBoth && isHere) await this.#port(address, port);
  }

  async #port(host: string, port: number): Promise<void> {
    if (this.#begin(`tcp ${joined(host, port)}`)) await this.#add(checkTcp(this.#scene, host, port));
  }

  async #certificate(host: string, port: number): Promise<void> {
    if (this.#begin(`tls ${joined(host, port)}`)) await this.#add(checkTls(this.#scene, host, port));
  }

  #begin(what: string): boolean {
    if (this.#begun.has(what)) return false;
    this.#begun.add(what);
    return true;
  }

  async #add<R extends CheckRow>(check: Promise<R>): Promise<R> {
    const row = await check;
    this.#emit(row);
    return row;
  }
}

/** What was handed out, and what the server has but does not hand out because it fails there; with the same credentials. */
function endpointsOf(
  answer: IceAnswer | undefined,
  known: readonly string[],
  emit: (row: CheckRow) => void,
): Endpoint[] {
  const servers = answer?.iceServers ?? [];
  const issued = servers.find(({ username }) => username !== undefined);
  const common = credentialsIn(issued);
  const handedOut = servers.flatMap((server) =>
    [server.urls].flat().map((uri) => [uri, credentialsIn(server)] as const),
  );
  const all = new Map([
    ...known.map((uri) => [uri, uri.startsWith('turn') ? common : undefined] as const),
    ...handedOut,
  ]);
  return [...all].flatMap(([uri, credentials]) => {
    try {
      return [endpointOf(uri, credentials)];
    } catch (error) {
      emit(unusable(uri, error));
      return [];
    }
  });
}

function credentialsIn(server: IceAnswer['iceServers'][number] | undefined) {
  const { username, credential } = server ?? {};
  return username === undefined || credential === undefined ? undefined : { username, credential };
}
