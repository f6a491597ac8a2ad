/** The first that fits; several browsers name others, too. */
const BROWSERS = [
  ['Edge', /Edg\//],
  ['Opera', /OPR\//],
  ['Firefox', /Firefox\/|FxiOS\//],
  ['Chrome', /Chrome\/|CriOS\//],
  ['Safari', /Safari\//],
] as const;
const SYSTEMS = [
  ['iPhone', /iPhone/],
  ['iPad', /iPad/],
  ['Android', /Android/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS X/],
  ['Linux', /Linux|X11/],
] as const;

/** A name for this device that its owner recognizes, such as `Firefox on Linux`. */
export function deviceNameOf(userAgent: string | undefined = globalThis.navigator?.userAgent): string {
  const named = (rows: readonly (readonly [string, RegExp])[]) =>
    rows.find(([, pattern]) => pattern.test(userAgent ?? ''))?.[0];
  const browser = named(BROWSERS);
  if (!browser) return 'Node.js';
  const system = named(SYSTEMS);
  return system ? `${browser} on ${system}` : browser;
}
