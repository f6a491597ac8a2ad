import type { RtcReport } from '@anypath/protocol';
import { Events } from '../emitter.ts';
import { type NetworkFacts, type NetworkPreset, observed, ordered, PRESET_SETTINGS, presetOf } from './preset.ts';

/** What a network tells. */
export interface NetworkEvents {
  /** It is of another class than was thought. */
  changed(preset: NetworkPreset): void;
}

/** What is known of the network that this device is in, from what its attempts to connect show. */
export class Network extends Events<NetworkEvents> {
  readonly #chosen: NetworkPreset | undefined;
  #facts: NetworkFacts = {};
  #preset: NetworkPreset;

  /** @param chosen the application's choice; `auto` where it is observed */
  constructor(chosen: NetworkPreset | 'auto') {
    super();
    this.#chosen = chosen === 'auto' ? undefined : chosen;
    this.#preset = this.#chosen ?? presetOf(this.#seen());
  }

  get preset(): NetworkPreset {
    return this.#preset;
  }

  /** How long a silent data channel is left alone at most, milliseconds. */
  get keepaliveMs(): number {
    return PRESET_SETTINGS[this.#preset].keepaliveMs;
  }

  /** Configuration of the next connection. @param servers as the server handed them out; none where it has none */
  configuration(servers: readonly RTCIceServer[]): RTCConfiguration {
    const { iceTransportPolicy } = PRESET_SETTINGS[this.#preset];
    return { iceTransportPolicy, iceServers: ordered(servers, this.#preset) };
  }

  /**
   * An attempt to connect is over, or open.
   *
   * @param hadTurn whether there was a TURN server to reach: without one, nothing that is missing means anything
   */
  learn(report: RtcReport, hadTurn: boolean): void {
    if (hadTurn) this.#facts = observed(this.#facts, report);
    this.#settle();
  }

  /** It may be another one now: nothing is known of it. */
  forget(): void {
    this.#facts = {};
    this.#settle();
  }

  #settle(): void {
    const preset = this.#chosen ?? presetOf(this.#seen());
    if (preset === this.#preset) return;
    this.#preset = preset;
    this.emit('changed', preset);
  }

  #seen(): NetworkFacts {
    const { connection } = (globalThis.navigator ?? {}) as { connection?: { type?: string } };
    return { ...this.#facts, isCellular: connection?.type === 'cellular' };
  }
}
