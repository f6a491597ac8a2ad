import { setImmediate as turnOfLoop } from 'node:timers/promises';

const WATCHED = ['UDPWrap', 'TCPSocketWrap', 'TLSWrap', 'GetAddrInfoReqWrap', 'Timeout'] as const;
const GONE_WITHIN_MS = 2_000;

type Counts = Readonly<Record<string, number>>;

function countHandles(): Counts {
  const open = process.getActiveResourcesInfo();
  return Object.fromEntries(WATCHED.map((kind) => [kind, open.filter((name) => name === kind).length]));
}

const hasMore = (now: Counts, before: Counts) => WATCHED.some((kind) => (now[kind] ?? 0) > (before[kind] ?? 0));

/**
 * Remembers how many sockets and timers of each kind this process has.
 *
 * @returns resolves when there are no more than that; rejects where there still are after a while
 */
export async function watchHandles(): Promise<() => Promise<void>> {
  // What is being closed counts until the end of a turn of the event loop.
  await turnOfLoop();
  await turnOfLoop();
  const before = countHandles();
  return async () => {
    const untilMs = performance.now() + GONE_WITHIN_MS;
    // Without timers, which would be counted themselves.
    while (hasMore(countHandles(), before)) {
      if (performance.now() > untilMs) {
        throw new Error(`left open: ${JSON.stringify({ before, now: countHandles() })}`);
      }
      await turnOfLoop();
    }
  };
}
