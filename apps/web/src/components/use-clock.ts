import { useEffect, useState } from 'preact/hooks';

/** How long ago something was, milliseconds; counted on each second. @param since Unix milliseconds; none before it has begun */
export function useClock(since: number | undefined): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (since === undefined) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [since]);
  return since === undefined ? 0 : Math.max(0, now - since);
}
