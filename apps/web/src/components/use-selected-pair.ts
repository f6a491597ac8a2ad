import type { Link, Path, SelectedPair } from '@anypath/client';
import { useEffect, useState } from 'preact/hooks';

/** The round trip drifts, and a pair can change without a change of path. */
const REFRESH_MS = 2_000;

/** The pair of candidates that carries a link, read again when the path changes and every two seconds. */
export function useSelectedPair(link: Link | undefined, path: Path): SelectedPair | undefined {
  const [pair, setPair] = useState<SelectedPair>();
  useEffect(() => {
    let isCurrent = true;
    const show = (found: SelectedPair | undefined) => {
      if (isCurrent) setPair(found);
    };
    const refresh = () => void link?.selectedPair().then(show, () => show(undefined));
    if (!link) show(undefined);
    refresh();
    const timer = setInterval(refresh, REFRESH_MS);
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
    // `path` is not read: that it changed is the reason to look again.
  }, [link, path]);
  return pair;
}
