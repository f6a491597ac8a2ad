import { ERRORS, type ErrorCode, isErrorCode, type RtcReport } from '@anypath/protocol';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Prices } from '../setting-texts.ts';
import { type Gauges, NO_GAUGES } from './gauges.ts';
import { RtcMetrics } from './rtc-metrics.ts';
import { Tally } from './tally.ts';

/** Everything that the server counts and measures, for Prometheus. */
export class Metrics {
  /** The same for the operations page. */
  readonly tally = new Tally();
  readonly #registry = new Registry();
  readonly #rtc = new RtcMetrics(this.#registry, this.tally);
  #gauges: Gauges = NO_GAUGES;

  readonly #iceRequests = this.#counter(
    'anypath_ice_requests_total',
    'ICE requests, by how they ended: who issued the credentials, or the code of the error.',
    ['outcome'],
  );
  readonly #refusals = this.#counter(
    'anypath_refusals_total',
    'What was refused: requests (http) and events of sockets (socket), by error code and the HTTP status that stands for it.',
    ['via', 'code', 'status'],
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
  readonly #mailAge = this.#gauge(
    'anypath_mail_oldest_seconds',
    'How long the oldest message has waited; 0 without any.',
  );
  readonly #certificate = this.#gauge(
    'anypath_certificate_expires_timestamp_seconds',
    'When the certificate of a turns: address, or of PUBLIC_URL, ends, Unix time. Missing where it could not be read.',
    ['url'],
  );
  readonly #price = this.#gauge(
    'anypath_relay_price_per_gigabyte',
    'RELAY_PRICE_PER_GB: what 10^9 bytes through the TURN servers of a provider cost.',
    ['provider'],
  );
  readonly #mailSync = new Histogram({
    name: 'anypath_mail_sync_seconds',
    help: 'Time that the disk took to sync messages; each sync covers all that came meanwhile.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
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
  watch(gauges: Gauges): void {
    this.#gauges = gauges;
  }

  /** Says what relayed traffic costs. */
  price(prices: Prices): void {
    for (const [provider, price] of Object.entries(prices)) this.#price.set({ provider }, price);
  }

  /** @param outcome who issued the credentials, or the code of the error */
  iceRequest(outcome: string): void {
    this.#iceRequests.inc({ outcome });
    if (!isErrorCode(outcome)) this.tally.count('iceIssued');
    else if (outcome === 'ice_unavailable') this.tally.count('iceRefused');
  }

  /** A request, or an event of a socket, was refused. */
  refused(via: 'http' | 'socket', code: ErrorCode): void {
    const { status } = ERRORS[code];
    this.#refusals.inc({ via, code, status });
    this.tally.refused(code);
    if (via === 'http' && status === 503) this.tally.count('unavailable');
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
  rtcReported(report: RtcReport): void {
    this.#rtc.reported(report);
  }

  /** What there is beside the metrics of Node, for the reference. */
  describe(): { readonly name: string; readonly labels: readonly string[]; readonly help: string }[] {
    return this.#registry
      .getMetricsAsArray()
      .filter(({ name }) => !/^anypath_(nodejs|process)_/.test(name))
      .map((metric) => ({ name: metric.name, help: metric.help, labels: labelsOf(metric) }));
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
    const { provider, providers } = await this.#gauges.readiness();
    this.#available.set(provider === 'none' || provider === 'stun' ? 0 : 1);
    this.#connected.set(this.#gauges.sockets());
    const { messages, bytes } = this.#gauges.waiting();
    this.#mailMessages.set(messages);
    this.#mailBytes.set(bytes);
    this.#mailAge.set(await this.#gauges.mailAge());
    this.#certificate.reset();
    for (const { url, expiresAtMs } of this.#gauges.certificates()) {
      if (expiresAtMs !== undefined) this.#certificate.set({ url }, expiresAtMs / 1000);
    }
    this.#urlUp.reset();
    this.#breakerOpen.reset();
    for (const { name, breaker, urls } of providers) {
      this.#breakerOpen.set({ provider: name }, breaker === 'open' ? 1 : 0);
      for (const { url, state } of urls) this.#urlUp.set({ provider: name, url }, UP[state]);
    }
  }
}

/** prom-client knows them, and does not say so in its types. */
const labelsOf = (metric: object): readonly string[] =>
  'labelNames' in metric && Array.isArray(metric.labelNames) ? metric.labelNames.map(String) : [];

const UP = { up: 1, down: 0, unknown: 0.5 } as const;
