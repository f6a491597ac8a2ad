import { useEffect, useRef } from 'preact/hooks';

/** Gives the focus back to the person whose conversation was left, so that a keyboard goes on from there. */
export function useFocusOnReturn(selected: string | undefined) {
  const list = useRef<HTMLUListElement>(null);
  const previous = useRef(selected);
  useEffect(() => {
    const left = previous.current;
    previous.current = selected;
    if (selected !== undefined || left === undefined) return;
    list.current?.querySelector<HTMLElement>(`[data-wallet="${CSS.escape(left)}"]`)?.focus();
  }, [selected]);
  return list;
}
