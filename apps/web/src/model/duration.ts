/**
 * Says how long something took: `<1 ms`, `12 ms`, `1.2 s`.
 *
 * @param ms milliseconds
 * @param language the language whose way of writing numbers is used
 */
export function durationText(ms: number, language: string): string {
  if (ms < 1) return '<1 ms';
  const rounded = Math.round(ms);
  if (rounded < 1000) return `${rounded} ms`;
  const seconds = new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(ms / 1000);
  return `${seconds} s`;
}
