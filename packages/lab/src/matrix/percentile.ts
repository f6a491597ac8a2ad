/** Median and 95th percentile of a measurement, milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/**
 * Median and 95th percentile by nearest rank.
 *
 * @param values milliseconds; those that are missing are left out
 * @returns rounded to a tenth, or `undefined` where there is no value
 */
export function percentiles(values: readonly (number | undefined)[]): Percentiles | undefined {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const rank = (share: number) => {
    const value = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
    return Math.round(value * 10) / 10;
  };
  return { p50: rank(0.5), p95: rank(0.95) };
}
