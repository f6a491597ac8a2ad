/** What trials gave, and what kept the others from being finished. */
export interface Outcomes<Result> {
  readonly results: readonly Result[];
  /** The first line of each error. */
  readonly errors: readonly string[];
}

/** Runs trials one after the other; one that fails does not stop those after it. */
export async function repeat<Result>(trials: number, run: () => Promise<Result>): Promise<Outcomes<Result>> {
  const results: Result[] = [];
  const errors: string[] = [];
  for (let trial = 0; trial < trials; trial++) {
    try {
      results.push(await run());
    } catch (error) {
      errors.push((error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '');
    }
  }
  return { results, errors };
}
