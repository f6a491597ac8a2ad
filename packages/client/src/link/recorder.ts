import type { ArrivalPath } from './inbox.ts';
import type { LinkEffect, LinkEvent, LinkState } from './state.ts';
import { changesOf, Trace, type TraceEntry, type TraceEvent } from './trace.ts';
import { Traffic } from './traffic.ts';

/** Looks on while a link takes its steps: writes the trace and counts what goes over each path. */
export class Recorder {
  readonly trace: Trace;
  readonly traffic = new Traffic();

  /** @param added told of every new entry of the trace */
  constructor(added: (entry: TraceEntry) => void) {
    this.trace = new Trace(added);
  }

  /** A step was taken. */
  stepped(
    before: LinkState,
    event: DistributiveOmit<LinkEvent, 'nowMs'>,
    after: LinkState,
    effects: readonly LinkEffect[],
  ): void {
    for (const change of changesOf(before, event, after)) this.trace.add(change);
    if (event.type === 'kept') this.trace.add({ event: 'mailbox', step: 'kept', messages: 1 });
    if (event.type === 'refused') this.trace.add({ event: 'mailbox', step: 'refused', code: event.code, messages: 1 });
    for (const effect of effects) this.#count(effect, after);
  }

  #count(effect: LinkEffect, { rtc }: LinkState): void {
    switch (effect.do) {
      case 'transmit':
        if (effect.header.t === 'data') {
          this.#sent(effect.header.seq, effect.via === 'relay' ? 'relay' : rtc.tier, effect.body.byteLength);
        }
        return;
      case 'enqueue':
        this.trace.add({ event: 'mailbox', step: 'sent', messages: 1 });
        this.#sent(effect.header.seq, 'mailbox', effect.body.byteLength);
        return;
      case 'deliver':
        for (const { path, body } of effect.messages) this.traffic.received(path, body.byteLength);
        return;
      case 'expired':
        this.trace.add({ event: 'mailbox', step: 'expired', messages: 1 });
        return this.traffic.settled(effect.entry.seq);
      case 'delivered':
        return this.traffic.settled(effect.entry.seq);
      default:
        return;
    }
  }

  #sent(seq: number, path: ArrivalPath, bytes: number): void {
    const lostOn = this.traffic.sent(seq, path, bytes);
    if (lostOn) this.trace.add({ event: 'resent', path, lostOn, messages: 1 } satisfies TraceEvent);
  }
}

/** `Omit` for each member of a union by itself. */
export type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
