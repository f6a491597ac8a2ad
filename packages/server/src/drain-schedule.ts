/** How long the sockets of a node that stops are told, one after the other, milliseconds. */
const WINDOW_MS = 1_000;
/** It takes longer where they are so many that the other nodes would be stormed: so many a second come back to them … */
const TOLD_A_SECOND = 4_000;
/** … but the node is to stop some time: before whoever stops it loses patience. */
const WINDOW_MAX_MS = 5_000;

/**
 * When each socket of a node that stops is told to move: one after the other, each at a random moment of its own share of the time, so
 * that what they begin with on other nodes is spread as evenly.
 *
 * @param sockets how many there are
 * @param random from 0 to 1, without 1
 * @returns for each, milliseconds from the beginning; ascending
 */
export function drainSchedule(sockets: number, random: () => number = Math.random): number[] {
  const windowMs = Math.min(WINDOW_MAX_MS, Math.max(WINDOW_MS, (sockets / TOLD_A_SECOND) * 1_000));
  const shareMs = windowMs / sockets;
  return Array.from({ length: sockets }, (_, index) => (index + random()) * shareMs);
}
