import type { Store } from '../store/port.ts';

/** The features that an operator can switch, and what holds where nobody has. */
const DEFAULTS = { 'rtc.ice': true } as const;

/** Name of a feature flag. */
export type Flag = keyof typeof DEFAULTS;

/** Whether a feature is on. */
export const isEnabled = (store: Store, flag: Flag): boolean => store.flag(flag) ?? DEFAULTS[flag];
