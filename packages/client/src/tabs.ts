/** The lock that a page holds for as long as it lives. */
export const tabLock = (deviceId: string): string => `anypath:${deviceId}`;

/**
 * Tells which pages are gone.
 *
 * @param self this page: what is stored under its name is of the time before it was loaded
 */
export async function goneTabs(self: string): Promise<(tab: string) => boolean> {
  const { held = [] } = (await globalThis.navigator?.locks?.query()) ?? {};
  const alive = new Set(held.map(({ name }) => name));
  return (tab) => tab === self || !alive.has(tabLock(tab));
}

/**
 * Waits until this page is the one of its browser that takes the mail of a wallet, and stays so until it is stopped.
 *
 * @param elected called when it is; at once where there are no tabs, as in Node
 * @param waits called where another page is, so that this may take long
 * @returns gives it up
 */
export function electTab(wallet: string, elected: () => void, waits: () => void): () => void {
  const locks = globalThis.navigator?.locks;
  const stop = new AbortController();
  if (!locks) {
    queueMicrotask(() => stop.signal.aborted || elected());
    return () => stop.abort();
  }
  const name = `anypath:mail:${wallet}`;
  let isElected = false;
  const reign = () => {
    isElected = true;
    elected();
    return new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
  };
  locks.request(name, { signal: stop.signal }, reign).catch(() => undefined);
  const look = async () => {
    const { held = [] } = await locks.query();
    if (!isElected && held.some((lock) => lock.name === name)) waits();
  };
  look().catch(waits);
  return () => stop.abort();
}
