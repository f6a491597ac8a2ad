/** A piece of work that needs some clients to itself. */
export interface Job<Result> {
  readonly clients: readonly string[];
  run(): Promise<Result>;
}

/**
 * Runs jobs, some at a time, so that no client is in two at once.
 *
 * @param width how many run at the same time, at most
 * @returns the results in the order of the jobs
 * @throws what the first job that fails throws, once those that run have ended
 */
export async function runJobs<Result>(jobs: readonly Job<Result>[], width: number): Promise<Result[]> {
  const results = new Array<Result>(jobs.length);
  const waiting = new Set(jobs.keys());
  const busy = new Set<string>();
  const running = new Set<Promise<void>>();
  const errors: unknown[] = [];

  const start = (index: number, { clients, run }: Job<Result>) => {
    waiting.delete(index);
    for (const client of clients) busy.add(client);
    const work = run()
      .then(
        (result) => {
          results[index] = result;
        },
        (error: unknown) => void errors.push(error),
      )
      .finally(() => {
        for (const client of clients) busy.delete(client);
        running.delete(work);
      });
    running.add(work);
  };

  while ((waiting.size > 0 && errors.length === 0) || running.size > 0) {
    if (errors.length === 0) {
      for (const index of waiting) {
        const job = jobs[index];
        if (running.size < width && job?.clients.every((client) => !busy.has(client))) start(index, job);
      }
    }
    await Promise.race(running);
  }
  if (errors.length > 0) throw errors[0];
  return results;
}
