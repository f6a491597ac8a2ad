import type { Namespace } from './namespace.ts';

/** One end of a cable. */
export interface Plug {
  readonly namespace: Namespace;
  readonly device: string;
}

/** Two interfaces, each the other's only neighbour. */
export interface Cable {
  readonly ends: readonly [Plug, Plug];
  /** Each way, in milliseconds. */
  readonly delayMs: number;
}
