import type { Store } from '../store/port.ts';

/** How often sessions that have expired by themselves are forgotten, milliseconds. */
const FORGET_EVERY_MS = 60_000;

/** Which sessions were ended before they expired. */
export interface Sessions {
  /**
   * Ends a session now: it is refused from here on, also after a restart, and whoever listens is told.
   *
   * @param expiresAtMs when it would have ended by itself, Unix time in milliseconds; it is forgotten then
   */
  end(sessionId: string, expiresAtMs: number): void;
  hasEnded(sessionId: string): boolean;
  /** Calls a listener for each session that is ended. */
  onEnded(listener: (sessionId: string) => void): void;
}

/**
 * @param store where ended sessions last
 * @param nowMs the clock, Unix time in milliseconds
 */
export function createSessions(
  store: Pick<Store, 'revokeSession' | 'revokedSessions'>,
  nowMs: () => number = Date.now,
): Sessions {
  const ended = new Map(store.revokedSessions(nowMs()).map(({ id, untilMs }) => [id, untilMs]));
  const listeners = new Set<(sessionId: string) => void>();
  let forgottenAtMs = nowMs();

  function forgetExpired(now: number): void {
    if (now - forgottenAtMs < FORGET_EVERY_MS) return;
    forgottenAtMs = now;
    for (const [id, untilMs] of ended) if (untilMs <= now) ended.delete(id);
  }

  return {
    end(sessionId, expiresAtMs) {
      const now = nowMs();
      forgetExpired(now);
      ended.set(sessionId, expiresAtMs);
      for (const listener of listeners) listener(sessionId);
      store.revokeSession(sessionId, expiresAtMs, now);
    },
    hasEnded: (sessionId) => ended.has(sessionId),
    onEnded: (listener) => void listeners.add(listener),
  };
}
