import type { IceResult } from './ice/ice.ts';
import type { Spread } from './spread.ts';

const whole = (value: number): string => Math.round(value).toLocaleString('en');
const row = (name: string, { median, min, max }: Spread, show: (value: number) => string): string =>
  `${name.padEnd(34)} ${show(median).padStart(9)}  (${show(min)} to ${show(max)})`;

/** A result for people. */
export function tableOf({ ours, reference, ratio, cpuRatio, memory, down }: IceResult): string {
  const [first, last] = [memory.at(0), memory.at(-1)];
  return [
    row('anypath, requests a second', ours, whole),
    row('bare Fastify, requests a second', reference, whole),
    row('ratio', ratio, (value) => value.toFixed(2)),
    ...(cpuRatio ? [row('ratio by processor time a request', cpuRatio, (value) => value.toFixed(2))] : []),
    row('503 with every provider down, ms', down, (value) => value.toFixed(1)),
    ...(first && last
      ? [
          `heap after ${whole(first.requests)} requests: ${first.heapMiB} MiB; after ${whole(last.requests)}: ${last.heapMiB} MiB`,
          `resident: ${first.residentMiB} MiB; ${last.residentMiB} MiB`,
        ]
      : []),
  ].join('\n');
}
