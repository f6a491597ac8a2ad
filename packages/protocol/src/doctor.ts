import * as v from 'valibot';
import { CheckRow } from './doctor-rows.ts';
import { IceAnswer } from './ice.ts';
import * as LIMITS from './limits.ts';
import { UnixMs } from './unix-ms.ts';

/** The Socket.IO namespace that the doctor talks to. */
export const CHECK_NAMESPACE = '/check';

/** Events of that namespace: `check:echo` answers what it was given. */
export const CheckEcho = v.pipe(
  v.instance(Uint8Array),
  v.check((bytes) => bytes.byteLength <= LIMITS.checkEchoMaxBytes),
);

/** Answer of `GET /api/v1/check`: what a connectivity check needs of a server. */
export const CheckAnswer = v.object({
  /** Credentials that are good for a minute; missing where there are none. */
  ice: v.exactOptional(IceAnswer),
  /** The address that the request came from, as the server sees it. */
  address: v.string(),
  serverTime: UnixMs,
});
export type CheckAnswer = v.InferOutput<typeof CheckAnswer>;

/**
 * Classes of network.
 *
 * - `open`: a public address, and nothing in between
 * - `home`: a router that maps ports the same for everybody, or a firewall that lets in what was asked for
 * - `mobile`: another port for each destination ("symmetric"), as carriers have
 * - `corporate`: no UDP; TCP to some ports
 * - `proxy-only`: an HTTP proxy that tunnels, and nothing else
 * - `ultra-restrictive`: only real HTTPS survives
 */
export const NETWORK_CLASSES = [
  'open',
  'home',
  'mobile',
  'corporate',
  'proxy-only',
  'ultra-restrictive',
  'unknown',
] as const;
/** Class of a network. */
export type NetworkClass = (typeof NETWORK_CLASSES)[number];

/** What else a network is known for. */
export const NETWORK_TRAITS = [
  'lossy',
  'ipv6-only',
  'no-websocket',
  'intercepted',
  'proxied',
  'small-packets',
] as const;
/** What else a network is known for. */
export type NetworkTrait = (typeof NETWORK_TRAITS)[number];

/** How sure a statement is. */
export const CONFIDENCES = ['sure', 'likely', 'guess'] as const;
/** How sure a statement is. */
export type Confidence = (typeof CONFIDENCES)[number];

/** The ways that a conversation may take, the best first. */
export const CHECKED_PATHS = [
  'direct',
  'turn-udp',
  'turn-tcp',
  'turn-tls',
  'relay-websocket',
  'relay-polling',
] as const;
/** A way that a conversation may take. */
export type CheckedPath = (typeof CHECKED_PATHS)[number];

/** Every cause that the doctor names. */
export const FINDING_CODES = [
  'name_unresolvable',
  'host_unreachable',
  'server_refuses',
  'certificate_expired',
  'certificate_not_yet_valid',
  'certificate_name',
  'certificate_untrusted',
  'certificate_chain',
  'certificate_renewal',
  'tls_intercepted',
  'captive_portal',
  'proxy_needed',
  'proxy_auth',
  'proxy_unreachable',
  'proxy_refuses',
  'not_anypath',
  'clock_differs',
  'credentials_expired',
  'credentials_refused',
  'credentials_missing',
  'token_refused',
  'rate_limited',
  'ice_disabled',
  'ice_unavailable',
  'udp_blocked_here',
  'udp_blocked_server',
  'udp_blocked_somewhere',
  'turn_unreachable',
  'turn_not_running',
  'turn_no_echo',
  'turn_rejected',
  'relay_range_blocked',
  'external_ip_missing',
  'peers_not_denied',
  'socket_blocked',
  'websocket_blocked',
  'symmetric_nat',
  'packet_loss',
  'small_packets',
  'no_ipv4',
  'ipv6_fails',
  'ended_early',
] as const;
/** A cause that the doctor names. */
export type FindingCode = (typeof FINDING_CODES)[number];

/** One thing that was found out, with its cause. The words are made from the code and the parameters. */
export const Finding = v.object({
  code: v.picklist(FINDING_CODES),
  /** `problem` needs somebody to do something; `warning` makes it slower or may become one; `note` explains. */
  severity: v.picklist(['problem', 'warning', 'note']),
  /** Who can mend it. */
  who: v.picklist(['you', 'network', 'operator', 'nobody']),
  sure: v.picklist(CONFIDENCES),
  params: v.record(v.string(), v.union([v.string(), v.number()])),
});
export type Finding = v.InferOutput<typeof Finding>;

/** What the checks of a report mean. */
export const Verdict = v.object({
  /** `good`: all well; `degraded`: something fails, but people can talk; `broken`: nothing works. */
  status: v.picklist(['good', 'degraded', 'broken']),
  network: v.object({
    class: v.picklist(NETWORK_CLASSES),
    sure: v.picklist(CONFIDENCES),
    traits: v.array(v.picklist(NETWORK_TRAITS)),
  }),
  paths: v.array(
    v.object({
      path: v.picklist(CHECKED_PATHS),
      /** `limited`: with some networks only. */
      state: v.picklist(['works', 'limited', 'fails', 'unknown']),
    }),
  ),
  /** The most important first. */
  findings: v.array(Finding),
});
export type Verdict = v.InferOutput<typeof Verdict>;

/** What the doctor looked at: a server, or TURN servers alone. */
export const DoctorTarget = v.variant('kind', [
  v.object({ kind: v.literal('server'), url: v.string() }),
  v.object({ kind: v.literal('turn'), uris: v.array(v.string()) }),
]);
export type DoctorTarget = v.InferOutput<typeof DoctorTarget>;

/** A report of the doctor, from a terminal or from a page. It holds no credential. */
export const DoctorReport = v.object({
  schema: v.literal(1),
  target: DoctorTarget,
  /** Which face made it; a browser cannot see names, certificates and proxies. */
  face: v.picklist(['terminal', 'browser']),
  /** Whether the checks for operators were made. */
  operator: v.boolean(),
  startedAt: UnixMs,
  tookMs: v.number(),
  checks: v.array(CheckRow),
  verdict: Verdict,
});
export type DoctorReport = v.InferOutput<typeof DoctorReport>;

/** A report before anybody judged it. */
export type Examination = Omit<DoctorReport, 'verdict'>;
