import type { CheckRow, DoctorReport, Examination } from '@anypath/protocol';
import { verdictOf } from './verdict.ts';

const URL_OF_SERVER = 'https://rtc.example.com/';
export const UDP = 'turn:turn.example.com:3478?transport=udp';
export const TCP = 'turn:turn.example.com:80?transport=tcp';
export const TLS = 'turns:turns.example.com:443?transport=tcp';

const failed = { outcome: 'failed', reason: 'timeout' } as const;
const ok = { outcome: 'ok' } as const;

/** Rows as the doctor finds them; a test says how they differ. */
export const row = {
  addresses: (given: Partial<Of<'addresses'>> = {}): CheckRow => ({
    check: 'addresses',
    subject: 'this computer',
    ...ok,
    ipv4: ['10.0.0.2'],
    ipv6: [],
    ...given,
  }),
  names: (host: string, ipv4: string[]): CheckRow => ({ check: 'names', subject: host, ...ok, ipv4, ipv6: [] }),
  tcp: (given: Partial<Of<'tcp'>> = {}): CheckRow => ({
    check: 'tcp',
    subject: 'rtc.example.com:443',
    port: 443,
    ...ok,
    ...given,
  }),
  tls: (given: Partial<Of<'tls'>> = {}): CheckRow => ({
    check: 'tls',
    subject: 'rtc.example.com:443',
    viaProxy: false,
    publicRoot: true,
    issuer: 'R11',
    names: ['rtc.example.com'],
    daysLeft: 60,
    ...ok,
    ...given,
  }),
  web: (given: Partial<Of<'web'>> = {}): CheckRow => ({
    check: 'web',
    subject: `${URL_OF_SERVER}healthz`,
    viaProxy: false,
    skewMs: 100,
    ...ok,
    ...given,
  }),
  portal: (given: Partial<Of<'portal'>> = {}): CheckRow => ({
    check: 'portal',
    subject: 'http://rtc.example.com/healthz',
    ...ok,
    ...given,
  }),
  proxy: (): CheckRow => ({ check: 'proxy', subject: 'http://proxy.example.com:3128', ...ok, source: 'environment' }),
  readiness: (urls: Of<'readiness'>['urls']): CheckRow => ({
    check: 'readiness',
    subject: `${URL_OF_SERVER}readyz`,
    ...ok,
    urls,
  }),
  ice: (given: Partial<Of<'ice'>> = {}): CheckRow => ({
    check: 'ice',
    subject: `${URL_OF_SERVER}api/v1/rtc/ice`,
    ...ok,
    source: 'token',
    urls: [UDP, TCP, TLS],
    skewMs: 20,
    ...given,
  }),
  socket: (transport: 'websocket' | 'polling', given: Partial<Of<'socket'>> = {}): CheckRow => ({
    check: 'socket',
    subject: `${URL_OF_SERVER}socket.io/`,
    transport,
    viaProxy: false,
    ...ok,
    ...given,
  }),
  stun: (given: Partial<Of<'stun'>> = {}): CheckRow => ({
    check: 'stun',
    subject: UDP,
    transport: 'udp',
    port: 3478,
    viaProxy: false,
    mapped: '203.0.113.7:40000',
    ...ok,
    ...given,
  }),
  turn: (given: Partial<Of<'turn'>> = {}): CheckRow => ({
    check: 'turn',
    subject: UDP,
    transport: 'udp',
    port: 3478,
    viaProxy: false,
    relayed: '198.51.100.9:50000',
    mapped: '203.0.113.7:40001',
    sent: 100,
    received: 100,
    ...ok,
    ...given,
  }),
  nat: (given: Partial<Of<'nat'>> = {}): CheckRow => ({
    check: 'nat',
    subject: '203.0.113.7:40002',
    mapping: 'endpoint-independent',
    filtering: 'filtered',
    observations: 2,
    ...ok,
    ...given,
  }),
  range: (given: Partial<Of<'range'>> = {}): CheckRow => ({
    check: 'range',
    subject: UDP,
    relayed: '198.51.100.9:50000',
    ...ok,
    ...given,
  }),
  mtu: (largestBytes: number): CheckRow => ({ check: 'mtu', subject: UDP, ...ok, largestBytes, triedBytes: 1400 }),
  peers: (allowed: string[]): CheckRow => ({
    check: 'peers',
    subject: UDP,
    outcome: allowed.length ? 'failed' : 'ok',
    allowed,
  }),
};

type Of<N extends CheckRow['check']> = Extract<CheckRow, { check: N }>;

/** Everything over UDP without an answer. */
export const NO_UDP: readonly CheckRow[] = [row.stun(failed), row.turn(failed)];
/** TURN over TCP and TLS that works. */
export const TURN_WITHOUT_UDP: readonly CheckRow[] = [
  row.turn({ subject: TCP, transport: 'tcp', port: 80 }),
  row.turn({ subject: TLS, transport: 'tls', port: 443 }),
];
/** A server that works, and Socket.IO with it. */
export const WEB: readonly CheckRow[] = [
  row.tcp(),
  row.tls(),
  row.web(),
  row.ice(),
  row.socket('websocket'),
  row.socket('polling'),
];
/** A home network in which everything works. */
export const HOME: readonly CheckRow[] = [
  row.addresses(),
  ...WEB,
  row.stun(),
  row.nat(),
  row.turn(),
  ...TURN_WITHOUT_UDP,
  row.range(),
];

/** An examination of a server with these rows. */
export const examined = (checks: readonly CheckRow[], given: Partial<Examination> = {}): Examination => ({
  schema: 1,
  target: { kind: 'server', url: URL_OF_SERVER },
  face: 'terminal',
  operator: false,
  startedAt: 1_800_000_000_000,
  tookMs: 2_000,
  checks: [...checks],
  ...given,
});

/** The same with its verdict. */
export const reported = (checks: readonly CheckRow[], given: Partial<Examination> = {}): DoctorReport => {
  const examination = examined(checks, given);
  return { ...examination, verdict: verdictOf(examination) };
};

/** Rows without those of one check, and with others. */
export const instead = (rows: readonly CheckRow[], ...others: readonly CheckRow[]): CheckRow[] => {
  const replaced = new Set(others.map(({ check }) => check));
  return [...rows.filter(({ check }) => !replaced.has(check)), ...others];
};
