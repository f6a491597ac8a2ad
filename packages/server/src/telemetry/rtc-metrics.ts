import type { RtcReport } from '@anypath/protocol';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { Tally } from './tally.ts';

/** What clients report of their connections (SPEC S7.5), counted. */
export class RtcMetrics {
  readonly #tally: Tally;
  readonly #reports: Counter<'outcome' | 'browser'>;
  readonly #opened: Counter<'type' | 'protocol'>;
  readonly #failed: Counter<'reason'>;
  readonly #connections: Counter<'network' | 'path'>;
  readonly #open: Histogram<'tier' | 'network'>;
  readonly #relayed: Counter<'provider' | 'direction'>;

  constructor(registry: Registry, tally: Tally) {
    this.#tally = tally;
    const registers = [registry];
    this.#reports = new Counter({
      name: 'anypath_rtc_reports_total',
      help: 'Attempts to connect by WebRTC as clients report them, each side by itself, by how they ended.',
      labelNames: ['outcome', 'browser'],
      registers,
    });
    this.#opened = new Counter({
      name: 'anypath_rtc_opened_total',
      help: 'Connections that opened, by the pair that carries them (relay where either end is relayed, host where both are hosts, srflx else), and by how this side is reached: udp, tcp, or tls to the TURN server.',
      labelNames: ['type', 'protocol'],
      registers,
    });
    this.#failed = new Counter({
      name: 'anypath_rtc_failed_total',
      help: 'Attempts to connect by WebRTC that failed, by how far they came.',
      labelNames: ['reason'],
      registers,
    });
    this.#connections = new Counter({
      name: 'anypath_rtc_connections_total',
      help: 'Attempts to connect by WebRTC, by the class of network that the client takes its own for, and by what they came to: direct, turn, failed, or abandoned.',
      labelNames: ['network', 'path'],
      registers,
    });
    this.#open = new Histogram({
      name: 'anypath_rtc_open_seconds',
      help: 'Time from the beginning of an attempt until its data channel opened.',
      labelNames: ['tier', 'network'],
      buckets: [0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 15],
      registers,
    });
    this.#relayed = new Counter({
      name: 'anypath_relayed_bytes_total',
      help: 'Bytes that clients say went through their TURN allocations, by who issued the credentials, seen from the client.',
      labelNames: ['provider', 'direction'],
      registers,
    });
  }

  /** A side of a connection told how it went, or how much it has carried since. */
  reported(report: RtcReport): void {
    if (report.outcome === 'carried') return this.#carried(report);
    const { outcome, browser, reason, tier, pair, ms, network = 'unknown' } = report;
    this.#reports.inc({ outcome, browser });
    if (outcome === 'failed') {
      this.#failed.inc({ reason: reason ?? 'unknown' });
      this.#tally.failed(network);
    }
    if (outcome !== 'opened') return this.#connections.inc({ network, path: outcome });
    this.#open.observe({ tier: tier ?? 'unknown', network }, ms / 1000);
    const kind = kindOf(tier, pair);
    const path = tier ?? 'direct';
    this.#opened.inc({ type: kind, protocol: pair?.local.relayProtocol ?? pair?.local.protocol ?? 'unknown' });
    this.#connections.inc({ network, path });
    this.#tally.opened(kind, network, path, ms);
  }

  #carried(report: RtcReport): void {
    const { sentBytes = 0, receivedBytes = 0 } = report;
    const provider = report.provider ?? 'unknown';
    this.#relayed.inc({ provider, direction: 'sent' }, sentBytes);
    this.#relayed.inc({ provider, direction: 'received' }, receivedBytes);
    this.#tally.relayed(provider, sentBytes + receivedBytes);
  }
}

/** A pair by its weaker end: a relay, an address that a NAT made, or two hosts. */
function kindOf(tier: RtcReport['tier'], pair: RtcReport['pair']): 'relay' | 'srflx' | 'host' | 'unknown' {
  if (tier === 'turn') return 'relay';
  if (!pair) return 'unknown';
  return pair.local.type === 'host' && pair.remote.type === 'host' ? 'host' : 'srflx';
}
