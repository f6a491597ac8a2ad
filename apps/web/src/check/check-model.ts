import { redacted, textOf, verdictOf } from '@anypath/doctor/verdict';
import type { CheckRow, DoctorReport, Examination } from '@anypath/protocol';
import { computed, signal } from '@preact/signals';
import type { Language } from '../i18n/language.ts';
import { probeIceServers } from './ice-probes.ts';
import { probeSocket } from './socket-probe.ts';
import { probeIce, probeReadiness, probeWeb, sessionToken } from './web-probes.ts';

/** How far the check of this network is. */
export type CheckPhase = 'ready' | 'running' | 'done';

/** The check of this network from within this browser. */
export class CheckModel {
  readonly phase = signal<CheckPhase>('ready');
  readonly #rows = signal<readonly CheckRow[]>([]);
  readonly #startedAt = signal(0);
  readonly #tookMs = signal(0);
  /** What is known so far; complete once it is done. */
  readonly report = computed<DoctorReport>(() => {
    const examination: Examination = {
      schema: 1,
      target: { kind: 'server', url: new URL('/', location.href).href },
      face: 'browser',
      operator: false,
      startedAt: this.#startedAt.value,
      tookMs: this.#tookMs.value,
      checks: [...this.#rows.value],
    };
    return { ...examination, verdict: verdictOf(examination) };
  });

  /** Checks everything that a browser can; once at a time. */
  async run(): Promise<void> {
    if (this.phase.peek() === 'running') return;
    this.#rows.value = [];
    this.#startedAt.value = Date.now();
    this.phase.value = 'running';
    const startedMs = performance.now();
    const emit = (row: CheckRow) => {
      this.#rows.value = [...this.#rows.peek(), row];
    };
    await Promise.all([probeWeb().then(emit), probeReadiness().then(emit), this.#sockets(emit), this.#paths(emit)]);
    this.#tookMs.value = Math.round(performance.now() - startedMs);
    this.phase.value = 'done';
  }

  /** The report as text without addresses and names, safe to paste. */
  textToShare(language: Language): string {
    return textOf(redacted(this.report.peek()), { language });
  }

  async #sockets(emit: (row: CheckRow) => void): Promise<void> {
    const csrfToken = await sessionToken();
    const both = (['websocket', 'polling'] as const).map((transport) => probeSocket(transport, csrfToken));
    await Promise.all(both.map(async (rows) => (await rows).forEach(emit)));
  }

  async #paths(emit: (row: CheckRow) => void): Promise<void> {
    const { row, servers } = await probeIce();
    emit(row);
    await probeIceServers(servers, emit);
  }
}
