import type { Link } from '@anypath/client';
import { useEffect, useState } from 'preact/hooks';
import type { Inspection } from '../model/inspection.ts';

/** Numbers change without an event, too. */
const REFRESH_MS = 1_000;

/** How a link does and what happened to it, read again at every event and every second. */
export function useInspection(link: Link | undefined): Inspection | undefined {
  const [inspection, setInspection] = useState<Inspection>();
  useEffect(() => {
    let isCurrent = true;
    let isReading = false;
    const refresh = async () => {
      if (!link || isReading) return;
      isReading = true;
      const stats = await link.stats().catch(() => undefined);
      isReading = false;
      if (isCurrent && stats) setInspection({ stats, trace: link.trace });
    };
    void refresh();
    const timer = setInterval(() => void refresh(), REFRESH_MS);
    const stop = link?.on('trace', () => void refresh());
    return () => {
      isCurrent = false;
      clearInterval(timer);
      stop?.();
    };
  }, [link]);
  return inspection;
}
