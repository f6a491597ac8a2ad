/**
 * What is known of the life of an open data channel. It is asked for a sign of life when it is silent: soon while somebody talks,
 * ever more rarely after that. The browser's own consent checks (RFC 7675) keep the mapping of the NAT in between.
 */
export interface Liveness {
  /** When it was heard last, the link's own clock, milliseconds. */
  readonly heardMs: number;
  /** When it answered last: that it carries in both directions was known then. */
  readonly provenMs: number;
  /** When it was asked; none where nothing is owed. */
  readonly askedMs?: number;
  /** How long it may be silent before it is asked. */
  readonly pauseMs: number;
  /** It was doubted without reason: until when it is given more time, and how much at least. */
  readonly patience?: { readonly ms: number; readonly untilMs: number };
}

const TIMES = {
  /** While somebody talks. */
  pauseFirstMs: 500,
  /** The least time that an acknowledgement is given: less is the other page's main thread being busy. */
  patienceMinMs: 300,
  /** A line that loses packets: what was lost is there after a retransmission or two (RFC 9260, 6.3). */
  patienceMaxMs: 1_600,
  /** For how long a doubt without reason is remembered, after the last sign that it was one. */
  patientMs: 30_000,
} as const;

/** A channel that was just opened. */
export const alive = (nowMs: number): Liveness => ({
  heardMs: nowMs,
  provenMs: nowMs,
  pauseMs: TIMES.pauseFirstMs,
});

/**
 * Something came over it.
 *
 * @param isTalk whether it was a message or an acknowledgement, and no mere sign of life
 * @param isAnswer whether it answers something that was sent over it
 */
export function heard(
  { askedMs: _, ...before }: Liveness,
  nowMs: number,
  { isTalk, isAnswer }: { readonly isTalk: boolean; readonly isAnswer: boolean },
): Liveness {
  const pauseMs = isTalk ? TIMES.pauseFirstMs : before.pauseMs;
  return { ...before, heardMs: nowMs, pauseMs, ...(isAnswer && { provenMs: nowMs }) };
}

/** Whether it has answered so recently that nothing speaks against it. */
export const isProven = (life: Liveness, nowMs: number): boolean => nowMs - life.provenMs < patienceMs(life, nowMs);

/** It is asked now. @param keepaliveMs how long it may be left alone at most */
export const asked = (before: Liveness, nowMs: number, keepaliveMs: number): Liveness => ({
  ...before,
  askedMs: nowMs,
  pauseMs: Math.min(keepaliveMs, before.pauseMs * 2),
});

/** How long until it is to be asked, milliseconds; 0 where that is now. */
export const silenceLeftMs = ({ heardMs, pauseMs }: Liveness, nowMs: number): number =>
  Math.max(0, heardMs + pauseMs - nowMs);

/** It was in doubt, and is heard: the next doubt takes twice as long, for a while. */
export function forgiven(before: Liveness, nowMs: number): Liveness {
  const ms = Math.min(TIMES.patienceMaxMs, 2 * patienceMs(before, nowMs));
  return { ...before, patience: { ms, untilMs: nowMs + TIMES.patientMs } };
}

/** An acknowledgement came, and later than one that is not patient would have waited: the line still needs its time. */
export function slow(before: Liveness, tookMs: number, nowMs: number): Liveness {
  const { patience } = before;
  if (!patience || nowMs >= patience.untilMs || tookMs < TIMES.patienceMinMs) return before;
  return { ...before, patience: { ...patience, untilMs: nowMs + TIMES.patientMs } };
}

/** The least time that an acknowledgement is given, milliseconds. */
export const patienceMs = ({ patience }: Liveness, nowMs: number): number =>
  patience && nowMs < patience.untilMs ? patience.ms : TIMES.patienceMinMs;
