import { AnypathError } from '@anypath/protocol';
import type { Store } from '../store/port.ts';

/** How often sessions that have expired by themselves are forgotten, milliseconds. */
const FORGET_EVERY_MS = 60_000;

/** A session that was ended before it expired. */
export interface EndedSession {
  readonly sessionId: string;
  /** When it would have expired, Unix time in milliseconds. */
  readonly expiresAtMs: number;
  /** Whether another node has ended it. */
  readonly elsewhere: boolean;
}

/** Which sessions were ended before they expired. */
export interface Sessions {
  /**
   * Ends a session now: it is refused from here on, also after a restart, and whoever listens is told.
   *
   * @param expiresAtMs when it would have ended by itself, Unix time in milliseconds; it is forgotten then
   * @throws AnypathError `store_unavailable` where a restart would forget it; it is ended here until then
   */
  end(sessionId: string, expiresAtMs: number): Promise<void>;
  /** Another node has ended a session. */
  endedElsewhere(sessionId: string, expiresAtMs: number): void;
  /** Asks the store which sessions other nodes have ended. */
  refresh(): Promise<void>;
  hasEnded(sessionId: string): boolean;
  /** Calls a listener for each session that is ended. */
  onEnded(listener: (ended: EndedSession) => void): void;
}

/**
 * @param store where ended sessions last
 * @param nowMs the clock, Unix time in milliseconds
 */
export async function openSessions(
  store: Pick<Store, 'revokeSession' | 'revokedSessions'>,
  nowMs: () => number = Date.now,
): Promise<Sessions> {
  const ended = new Map((await store.revokedSessions(nowMs())).map(({ id, untilMs }) => [id, untilMs]));
  const listeners = new Set<(ended: EndedSession) => void>();
  let forgottenAtMs = nowMs();

  function forgetExpired(now: number): void {
    if (now - forgottenAtMs < FORGET_EVERY_MS) return;
    forgottenAtMs = now;
    for (const [id, untilMs] of ended) if (untilMs <= now) ended.delete(id);
  }

  function remember(session: EndedSession): void {
    forgetExpired(nowMs());
    ended.set(session.sessionId, session.expiresAtMs);
    for (const listener of listeners) listener(session);
  }

  function endedElsewhere(sessionId: string, expiresAtMs: number): void {
    if (!ended.has(sessionId)) remember({ sessionId, expiresAtMs, elsewhere: true });
  }

  return {
    async end(sessionId, expiresAtMs) {
      remember({ sessionId, expiresAtMs, elsewhere: false });
      await store.revokeSession(sessionId, expiresAtMs, nowMs());
    },
    endedElsewhere,
    async refresh() {
      try {
        for (const { id, untilMs } of await store.revokedSessions(nowMs())) endedElsewhere(id, untilMs);
      } catch (error) {
        // The store has told the log.
        if (!(error instanceof AnypathError)) throw error;
      }
    },
    hasEnded: (sessionId) => ended.has(sessionId),
    onEnded: (listener) => void listeners.add(listener),
  };
}
