import { Events } from '../emitter.ts';
import { keepaliveMsOf, type NetworkFacts, type NetworkPreset, presetOf } from './preset.ts';

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
    return keepaliveMsOf(this.#preset);
  }

  /** Something was observed. @param observed what is known now, of what was known */
  learn(observed: (before: NetworkFacts) => NetworkFacts): void {
    this.#facts = observed(this.#facts);
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
