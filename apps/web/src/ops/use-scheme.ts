import { useEffect, useState } from 'preact/hooks';
import type { Preferences } from '../model/preferences.ts';

/** Names the colours of the page as they are: what is drawn from them has to be drawn again when the name changes. */
export function useScheme(preferences: Preferences): string {
  const [isDark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const changed = () => setDark(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  const theme = preferences.theme.value;
  return theme === 'auto' ? `auto ${isDark}` : theme;
}
