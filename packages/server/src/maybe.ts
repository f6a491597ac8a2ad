/** A value that is here already, or a promise of it where something has to be waited for. */
export type Maybe<T> = T | Promise<T>;

/** Goes on with a value, at once where it is here: what need not wait costs no promise. */
export function after<T, R>(value: Maybe<T>, next: (value: T) => Maybe<R>): Maybe<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** The same, with every answer at once. */
export type AtOnce<T> = {
  readonly [K in keyof T]: T[K] extends (...given: infer G) => Maybe<infer R> ? (...given: G) => R : T[K];
};
