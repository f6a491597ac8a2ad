import type { Readiness, RtcReport } from '@anypath/protocol';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Everything that the server counts and measures, for Prometheus. */
export class Metrics {
  readonly #registry = new Registry();
  /** What gauges are read from, when somebody asks. */
  #readiness: () => Promise<Readiness> = async () => ({ status: 'ready', provider: 'none', providers: [] });
  #sockets: () => number = () => 0;
  #waiting: () => { readonly messages: number; readonly bytes: number } = () => ({ messages: 0, bytes: 0 });

  readonly #iceRequests = this.#counter(
    'anypath_ice_requests_total',
    'ICE requests, by how they ended: who issued the credentials, or the code of the error.',
    ['outcome'],
  );
  readonly #rateLimited = this.#counter('anypath_rate_limited_total', 'Refusals by a rate limit.', ['limit']);
  readonly #legacy = this.#counter(
    'anypath_legacy_events_total',
    'Deprecated events that clients sent. The log names each client once.',
    ['event'],
  );
  readonly #probes = this.#counter(
    'anypath_ice_probes_total',
    'Probes of STUN and TURN addresses, by outcome: ok, or why it failed.',
    ['url', 'outcome'],
  );
  readonly #urlUp = this.#gauge(
    'anypath_ice_url_up',
    'Whether a STUN or TURN address works: 1, 0, or 0.5 before its first probe.',
    ['provider', 'url'],
  );
  readonly #breakerOpen = this.#gauge(
    'anypath_ice_breaker_open',
    'Whether the circuit breaker of a provider is open: 1 while it is not asked.',
    ['provider'],
  );
  readonly #available = this.#gauge('anypath_ice_available', 'Whether TURN credentials can be issued now.');
  readonly #connected = this.#gauge('anypath_sockets', 'Connected sockets.');
  readonly #mailEnqueued = this.#counter(
    'anypath_mail_enqueued_total',
    'Messages for mailboxes, by what they came to: stored, forced, repeated, or the code of the error.',
    ['outcome'],
  );
  readonly #mailAcknowledged = this.#counter('anypath_mail_acknowledged_total', 'Messages that devices acknowledged.');
  readonly #mailExpired = this.#counter(
    'anypath_mail_expired_total',
    'Messages that were removed unread, at their time.',
  );
  readonly #mailMessages = this.#gauge('anypath_mail_waiting_messages', 'Messages that wait in mailboxes.');
  readonly #mailBytes = this.#gauge('anypath_mail_waiting_bytes', 'Bytes of the messages that wait in mailboxes.');
  readonly #mailSync = new Histogram({
    name: 'anypath_mail_sync_seconds',
    help: 'Time that the disk took to sync messages; each sync covers all that came meanwhile.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    registers: [this.#registry],
  });
  readonly #rtcReports = this.#counter(
    'anypath_rtc_reports_total',
    'Attempts to connect by WebRTC as clients report them, each side by itself, by how they ended.',
    ['outcome', 'browser'],
  );
  readonly #rtcOpened = this.#counter(
    'anypath_rtc_opened_total',
    'Connections that opened, by the pair that carries them (relay where either end is relayed, host where both are hosts, srflx else), and by how this side is reached: udp, tcp, or tls to the TURN server.',
    ['type', 'protocol'],
  );
  readonly #rtcFailed = this.#counter(
    'anypath_rtc_failed_total',
    'Attempts to connect by WebRTC that failed, by how far they came.',
    ['reason'],
  );
  readonly #rtcOpen = new Histogram({
    name: 'anypath_rtc_open_seconds',
    help: 'Time from the beginning of an attempt until its data channel opened.',
    labelNames: ['tier'],
    buckets: [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 15],
    registers: [this.#registry],
  });
  readonly #allocation = new Histogram({
    name: 'anypath_ice_allocation_seconds',
    help: 'Time to an allocation (a binding, for STUN) in a probe.',
    labelNames: ['url'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2],
    registers: [this.#registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.#registry, prefix: 'anypath_' });
  }

  /** Says what gauges are read from. */
  watch(
    readiness: () => Promise<Readiness>,
    sockets: () => number,
    waiting: () => { readonly messages: number; readonly bytes: number },
  ): void {
    this.#readiness = readiness;
    this.#sockets = sockets;
    this.#waiting = waiting;
  }

  iceRequest(outcome: string): void {
    this.#iceRequests.inc({ outcome });
  }

  rateLimited(limit: string): void {
    this.#rateLimited.inc({ limit });
  }

  legacyUsed(event: string): void {
    this.#legacy.inc({ event });
  }

  mailEnqueued(outcome: string): void {
    this.#mailEnqueued.inc({ outcome });
  }

  mailAcknowledged(messages: number): void {
    this.#mailAcknowledged.inc(messages);
  }

  mailExpired(messages: number): void {
    this.#mailExpired.inc(messages);
  }

  /** @param ms how long the sync took */
  mailSynced(ms: number): void {
    this.#mailSync.observe(ms / 1000);
  }

  /** @param allocateMs where it worked */
  probed(url: string, outcome: string, allocateMs?: number): void {
    this.#probes.inc({ url, outcome });
    if (allocateMs !== undefined) this.#allocation.observe({ url }, allocateMs / 1000);
  }

  /** A side of a connection told how it went (SPEC S7.5). */
  rtcReported({ outcome, browser, reason, tier, pair, ms }: RtcReport): void {
    this.#rtcReports.inc({ outcome, browser });
    if (outcome === 'failed') this.#rtcFailed.inc({ reason: reason ?? 'unknown' });
    if (outcome !== 'opened') return;
    this.#rtcOpen.observe({ tier: tier ?? 'unknown' }, ms / 1000);
    this.#rtcOpened.inc({
      type: classOf(tier, pair),
      protocol: pair?.local.relayProtocol ?? pair?.local.protocol ?? 'unknown',
    });
  }

  /** @returns the text of the exposition format, with its content type */
  async exposition(): Promise<{ readonly type: string; readonly text: string }> {
    await this.#measure();
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #counter<L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #gauge<L extends string>(name: string, help: string, labelNames: L[] = []): Gauge<L> {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  async #measure(): Promise<void> {
    const { provider, providers } = await this.#readiness();
    this.#available.set(provider === 'none' || provider === 'stun' ? 0 : 1);
    this.#connected.set(this.#sockets());
    const { messages, bytes } = this.#waiting();
    this.#mailMessages.set(messages);
    this.#mailBytes.set(bytes);
    this.#urlUp.reset();
    this.#breakerOpen.reset();
    for (const { name, breaker, urls } of providers) {
      this.#breakerOpen.set({ provider: name }, breaker === 'open' ? 1 : 0);
      for (const { url, state } of urls) this.#urlUp.set({ provider: name, url }, UP[state]);
    }
  }
}

const UP = { up: 1, down: 0, unknown: 0.5 } as const;

/** A pair by its weaker end: a relay, an address that a NAT made, or two hosts. */
function classOf(tier: RtcReport['tier'], pair: RtcReport['pair']): 'relay' | 'srflx' | 'host' | 'unknown' {
  if (tier === 'turn') return 'relay';
  if (!pair) return 'unknown';
  return pair.local.type === 'host' && pair.remote.type === 'host' ? 'host' : 'srflx';
}
