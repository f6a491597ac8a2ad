import { useCallback, useEffect, useLayoutEffect, useRef } from 'preact/hooks';

/** How far from the end still counts as reading the newest, pixels. */
const NEAR_END_PX = 48;

/**
 * Keeps a scrolling list at its end while the person reads there, and leaves it alone while they read further up.
 *
 * @param content changes with everything that the list shows
 * @param jump changes when the list is to go to its end in any case
 */
export function useStickToEnd<E extends HTMLElement>(content: unknown, jump: unknown) {
  const ref = useRef<E>(null);
  const isAtEnd = useRef(true);
  const lastJump = useRef(jump);
  const lastTop = useRef(0);

  const toEnd = useCallback(() => {
    if (ref.current && isAtEnd.current) ref.current.scrollTop = ref.current.scrollHeight;
  }, []);

  useLayoutEffect(() => {
    if (jump !== lastJump.current) isAtEnd.current = true;
    lastJump.current = jump;
    toEnd();
    // `content` is not read: that it changed is the reason to scroll.
  }, [content, jump, toEnd]);

  useEffect(() => {
    // A keyboard on the screen or a growing text field makes the list smaller.
    const observer = new ResizeObserver(toEnd);
    if (ref.current) observer.observe(ref.current);
    return () => observer.disconnect();
  }, [toEnd]);

  const onScroll = () => {
    const list = ref.current;
    if (!list) return;
    // Only scrolling up leaves the end: a list that became smaller is away from it for a moment too.
    const isUpward = list.scrollTop < lastTop.current;
    lastTop.current = list.scrollTop;
    if (list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX) isAtEnd.current = true;
    else if (isUpward) isAtEnd.current = false;
  };
  return { ref, onScroll };
}
