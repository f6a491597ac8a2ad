import type { ProfileResult } from './profile.ts';

const WIDTH = 60;

/** The parts of a connection under each other, each as long as it took and where it was. */
export function profileTable({ rows, roundTripMs }: ProfileResult): string {
  const least = Math.min(...rows.map(({ fromMs }) => fromMs.median));
  const most = Math.max(...rows.map(({ toMs }) => toMs.median));
  const column = (ms: number): number => Math.round(((ms - least) / Math.max(1, most - least)) * WIDTH);
  const lines = rows.map(({ stage, fromMs, toMs, tookMs }) => {
    const [from, to] = [column(fromMs.median), column(toMs.median)];
    const bar = `${' '.repeat(from)}${'█'.repeat(Math.max(1, to - from))}`.padEnd(WIDTH + 1);
    return `${stage.padEnd(34)}${bar} ${whole(fromMs.median)} to ${whole(toMs.median)} ms (${whole(tookMs.median)})`;
  });
  return [
    ...lines,
    `Medians, from the opening of the link; what was before it is below zero. ${roundTripMs} ms to a server and back.`,
  ].join('\n');
}

const whole = (value: number): string => String(Math.round(value));
