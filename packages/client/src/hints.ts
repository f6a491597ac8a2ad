/** What `navigator.connection` is where there is one (Network Information API; not in Firefox and Safari). */
interface NetworkInformation extends EventTarget {
  /** Such as `wifi`; not told on desktops. */
  readonly type?: string;
}

/**
 * Listens for what a browser knows of its network, and for the page waking up: each is reason to look whether the paths still
 * carry, and none is proof.
 *
 * @param hint called each time
 * @param moved called where the network is another one, as far as the browser knows
 * @param leaving called where nobody sees the page any more: it may end at any time
 * @returns a function that ends it
 */
export function listenForHints(hint: () => void, moved: () => void, leaving: () => void): () => void {
  const { document: page, navigator: browser } = globalThis as { document?: Document; navigator?: Navigator };
  const network = (browser as { connection?: NetworkInformation } | undefined)?.connection;
  const onVisibility = () => {
    if (page?.visibilityState === 'visible') hint();
    else leaving();
  };
  const onMove = () => {
    moved();
    hint();
  };
  let { type } = network ?? {};
  // It tells of every new estimate of the speed as well.
  const onChange = () => {
    if (network?.type === type) return hint();
    type = network?.type;
    onMove();
  };
  const heard: [EventTarget | undefined, string, () => void][] = [
    [globalThis as unknown as EventTarget, 'online', onMove],
    [globalThis as unknown as EventTarget, 'offline', hint],
    [globalThis as unknown as EventTarget, 'pageshow', hint],
    [globalThis as unknown as EventTarget, 'pagehide', leaving],
    [network, 'change', onChange],
    [page, 'visibilitychange', onVisibility],
    [page, 'resume', hint],
  ];
  // Node has no such events, and its global object is no event target.
  const there = heard.filter(([target]) => typeof target?.addEventListener === 'function');
  for (const [target, event, listener] of there) target?.addEventListener(event, listener);
  return () => {
    for (const [target, event, listener] of there) target?.removeEventListener(event, listener);
  };
}
