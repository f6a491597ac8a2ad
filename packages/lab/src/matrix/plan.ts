import { TOPOLOGIES } from '../network/topologies.ts';

/** Name of a class of network. */
export type ClassName = keyof typeof TOPOLOGIES;

/** Every class. */
export const CLASSES = Object.keys(TOPOLOGIES) as ClassName[];

/** Two clients to let talk: the caller's class and the other's. */
export interface Pair {
  readonly a: ClassName;
  readonly b: ClassName;
}

/** Every unordered pair of classes, a class with itself included. */
export const allPairs = (): Pair[] => CLASSES.flatMap((a, index) => CLASSES.slice(index).map((b) => ({ a, b })));

/**
 * Reads pairs as people write them.
 *
 * @param text such as `home:mobile,ultra:ultra`
 * @throws RangeError that names the first that is no pair of classes
 */
export function parsePairs(text: string): Pair[] {
  return text.split(',').map((part) => {
    const [a, b, ...rest] = part.trim().split(':');
    if (!isClass(a) || !isClass(b) || rest.length > 0) {
      throw new RangeError(
        `"${part.trim()}" is no pair of classes; write home:mobile. Classes: ${CLASSES.join(', ')}.`,
      );
    }
    return { a, b };
  });
}

const isClass = (name: string | undefined): name is ClassName => name !== undefined && Object.hasOwn(TOPOLOGIES, name);

/** The client of a class that plays the caller, or the other side of a pair within the class. */
export const clientName = (name: ClassName, side: 'a' | 'b', pair: Pair): string =>
  `${name}-${side === 'b' && pair.a === pair.b ? 2 : 1}`;

/** The clients that pairs need, with the class of each. */
export function clientsOf(pairs: readonly Pair[]): ReadonlyMap<string, ClassName> {
  const clients = new Map<string, ClassName>();
  for (const pair of pairs) {
    clients.set(clientName(pair.a, 'a', pair), pair.a);
    clients.set(clientName(pair.b, 'b', pair), pair.b);
  }
  return clients;
}
