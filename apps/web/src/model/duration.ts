/** Units for what took longer than a minute, and from how many seconds on. */
const LONG = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/**
 * Says how long something took: `<1 ms`, `12 ms`, `1.2 s`, `5 min`, and hours and days for what waited in the mailbox.
 *
 * @param ms milliseconds
 * @param language the language whose way of writing numbers is used
 */
export function durationText(ms: number, language: string): string {
  if (ms < 1) return '<1 ms';
  const rounded = Math.round(ms);
  if (rounded < 1000) return `${rounded} ms`;
  const [unit, unitSeconds] = LONG.find(([, atLeast]) => ms >= atLeast * 1000) ?? [];
  if (unit) {
    const format = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 0 } as const;
    return new Intl.NumberFormat(language, format).format(Math.floor(ms / unitSeconds / 1000));
  }
  const seconds = new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(ms / 1000);
  return `${seconds} s`;
}

/** How long something goes on, as clocks show it: `0:07`, `12:30`, `1:02:03`. @param ms milliseconds */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const twoDigits = (count: number) => String(count).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0
    ? `${hours}:${twoDigits(minutes)}:${twoDigits(seconds % 60)}`
    : `${minutes}:${twoDigits(seconds % 60)}`;
}
