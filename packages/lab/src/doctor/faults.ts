import type { FindingCode } from '@anypath/protocol';
import type { DEPLOYMENT_HOSTS, DeploymentFault } from '../deployment/deployment.ts';
import type { LabNetwork } from '../network/lab-network.ts';
import { putBehindNat, takeNatAway } from '../network/one-to-one-nat.ts';

/** A lab with a server to break. */
export type FaultyNetwork = LabNetwork<keyof typeof DEPLOYMENT_HOSTS>;

/** One way in which a server is broken, and the cause that the doctor must name. */
export interface Fault {
  readonly name: string;
  readonly cause: FindingCode;
  /** Breaks the machines of the network, and says what is to be deployed otherwise. */
  prepare?(network: FaultyNetwork): Promise<DeploymentFault> | DeploymentFault;
  /** Mends the machines again. */
  mend?(network: FaultyNetwork): Promise<void>;
  /** What the server's own probe must have found before the doctor comes, where that takes a while. */
  readonly settled?: (readiness: { readonly url: string; readonly state: string }[]) => boolean;
}

const dropRules = (what: string): string => `
table inet fault {
  chain input {
    type filter hook input priority filter;
    iifname "eth0" ${what} counter drop
  }
}
`;

const drop = (what: string): Pick<Fault, 'prepare' | 'mend'> => ({
  prepare: async ({ hosts }) => {
    await hosts.turn.namespace.loadRules(dropRules(what));
    return {};
  },
  mend: ({ hosts }) => hosts.turn.namespace.loadRules('delete table inet fault'),
});

/** Shifts every clock that JavaScript reads; the machine's own cannot be shifted for one process. */
const shiftedClock = (ms: number): string => {
  const source = `const Real = Date;
globalThis.Date = class extends Real {
  constructor(...given) { if (given.length === 0) super(Real.now() + ${ms}); else super(...given); }
  static now() { return Real.now() + ${ms}; }
};`;
  return `--import=data:text/javascript,${encodeURIComponent(source)}`;
};

const TEN_MINUTES_MS = 600_000;
const isDown = (urls: readonly { url: string; state: string }[], what: RegExp): boolean =>
  urls.some(({ url, state }) => what.test(url) && state === 'down');

/** The eight broken servers. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'UDP blocked at the server',
    cause: 'udp_blocked_server',
    ...drop('meta l4proto udp'),
    settled: (urls) => isDown(urls, /transport=udp/),
  },
  {
    name: 'relay range blocked',
    cause: 'relay_range_blocked',
    ...drop('udp dport 49152-65535'),
  },
  {
    name: 'wrong secret',
    cause: 'credentials_refused',
    prepare: () => ({ server: { TURN_SECRET: 'another secret of coturn'.replaceAll(' ', '-') } }),
    settled: (urls) => isDown(urls, /^turn:/),
  },
  {
    name: 'missing external-ip',
    cause: 'external_ip_missing',
    prepare: async ({ hosts }) => ({ coturn: { addresses: [await putBehindNat(hosts.turn)] } }),
    mend: ({ hosts }) => takeNatAway(hosts.turn),
  },
  {
    name: 'expired certificate',
    cause: 'certificate_expired',
    prepare: async ({ authority }) => ({ certificate: await authority.issueExpired('rtc.lab.test') }),
  },
  {
    name: 'wrong name',
    cause: 'certificate_name',
    prepare: async ({ authority }) => ({ certificate: await authority.issue(['www.lab.test']) }),
  },
  {
    name: 'clock 10 minutes off',
    cause: 'clock_differs',
    prepare: () => ({ server: { NODE_OPTIONS: shiftedClock(-TEN_MINUTES_MS) } }),
    settled: (urls) => isDown(urls, /^turn:/),
  },
  {
    name: 'web up but Socket.IO blocked',
    cause: 'socket_blocked',
    prepare: () => ({
      front: (configuration) =>
        configuration.replace(
          'option forwardfor\n  default_backend web',
          'option forwardfor\n  http-request deny if { path_beg /socket.io/ }\n  default_backend web',
        ),
    }),
  },
];
