import { useEffect, useRef } from 'preact/hooks';
import { isFocusLost, LIST_TITLE } from './focus.ts';

/** Gives the focus back to the person whose conversation was left, so that a keyboard goes on from there; to the list, where they are gone. */
export function useFocusOnReturn(selected: string | undefined) {
  const list = useRef<HTMLUListElement>(null);
  const previous = useRef(selected);
  useEffect(() => {
    const left = previous.current;
    previous.current = selected;
    if (selected !== undefined || left === undefined) return;
    const row = list.current?.querySelector<HTMLElement>(`[data-wallet="${CSS.escape(left)}"]`);
    if (row) row.focus();
    else if (isFocusLost()) document.getElementById(LIST_TITLE)?.focus();
  }, [selected]);
  return list;
}
