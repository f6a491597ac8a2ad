import type { OpsAnswer, OpsHistory } from '@anypath/protocol';
import { signal } from '@preact/signals';
import { finishedUntil, type Hours, merged } from './columns.ts';
import { OpsSource } from './ops-source.ts';

/** What the page has to show. */
export type OpsPhase =
  | { readonly name: 'loading' | 'signed-out' | 'refused' | 'failed' }
  /** `isStale` while the server does not answer any more. */
  | { readonly name: 'shown'; readonly answer: OpsAnswer; readonly history: OpsHistory; readonly isStale: boolean };

const ASK_EVERY_MS = 5_000;

/** How the server does, asked for again every few seconds for as long as somebody looks. */
export class OpsModel {
  readonly phase = signal<OpsPhase>({ name: 'loading' });
  /** How far back. */
  readonly hours = signal<Hours>('1');
  readonly #source = new OpsSource();
  #isAsking = false;

  start(): void {
    void this.ask();
    setInterval(() => {
      if (!document.hidden) void this.ask();
    }, ASK_EVERY_MS);
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) void this.ask();
    });
  }

  /** Asks now; one question at a time. */
  async ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const before = this.phase.peek();
    const asked = await this.#source.ask(before.name === 'shown' ? finishedUntil(before.history) : 0);
    this.#isAsking = false;
    if (asked.is === 'answered') this.#show(before, asked.answer);
    else if (asked.is === 'failed' && before.name === 'shown') this.phase.value = { ...before, isStale: true };
    else this.phase.value = { name: asked.is };
  }

  #show(before: OpsPhase, answer: OpsAnswer): void {
    // Another process has another past.
    const isSame = before.name === 'shown' && Math.abs(before.answer.startedAt - answer.startedAt) < ASK_EVERY_MS;
    const history = isSame ? merged(before.history, answer.history) : answer.history;
    this.phase.value = { name: 'shown', answer, history, isStale: false };
  }
}
