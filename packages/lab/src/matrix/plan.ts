import { TOPOLOGIES } from '../network/topologies.ts';

/** Name of a class of network. */
export type ClassName = keyof typeof TOPOLOGIES;

/** Every class. */
export const CLASSES = Object.keys(TOPOLOGIES) as ClassName[];

/** A browser that the lab can drive. */
export type BrowserName = 'chromium' | 'firefox';

/** Two clients to let talk: the caller's class and the other's, and the caller's browser where it is not Chromium. */
export interface Pair {
  readonly a: ClassName;
  readonly b: ClassName;
  readonly browserA?: BrowserName;
}

/** Every unordered pair of classes, a class with itself included. */
export const allPairs = (): Pair[] => CLASSES.flatMap((a, index) => CLASSES.slice(index).map((b) => ({ a, b })));

/** Pairs in which the caller's browser is Firefox. */
export const FIREFOX_PAIRS: readonly Pair[] = [
  { a: 'home', b: 'home', browserA: 'firefox' },
  { a: 'corporate', b: 'home', browserA: 'firefox' },
  { a: 'ultra', b: 'home', browserA: 'firefox' },
];

/**
 * Reads pairs as people write them.
 *
 * @param text such as `home:mobile,ultra:ultra`, or `home@firefox:mobile` with another browser for the caller
 * @throws RangeError that names the first that is no pair of classes
 */
export function parsePairs(text: string): Pair[] {
  return text.split(',').map((part) => {
    const [, a, browserA, b] = /^(\w+)(?:@(chromium|firefox))?:(\w+)$/.exec(part.trim()) ?? [];
    if (!isClass(a) || !isClass(b)) {
      throw new RangeError(
        `"${part.trim()}" is no pair of classes; write home:mobile. Classes: ${CLASSES.join(', ')}.`,
      );
    }
    return { a, b, ...(browserA === 'firefox' ? { browserA } : {}) };
  });
}

const isClass = (name: string | undefined): name is ClassName => name !== undefined && Object.hasOwn(TOPOLOGIES, name);

/** The names of the clients that talk in a pair; the second of a class is needed only for a pair within it. */
export function clientNames({ a, b, browserA }: Pair): { readonly a: string; readonly b: string } {
  if (browserA === 'firefox') return { a: `${a}${FIREFOX}`, b: `${b}-1` };
  return { a: `${a}-1`, b: `${b}-${a === b ? 2 : 1}` };
}

const FIREFOX = '-firefox';

/** The browser of a client, by its name. */
export const browserOf = (client: string): BrowserName => (client.endsWith(FIREFOX) ? 'firefox' : 'chromium');

/** The clients that pairs need, with the class of each. */
export function clientsOf(pairs: readonly Pair[]): ReadonlyMap<string, ClassName> {
  return new Map(
    pairs.flatMap((pair) => {
      const names = clientNames(pair);
      return [
        [names.a, pair.a],
        [names.b, pair.b],
      ] as const;
    }),
  );
}
