import type { Language } from '../i18n/language.ts';
import type { Unit } from './panels.ts';

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

/** Writes a number as people of a language do. What is not known is a dash. */
export function written(value: number | null, unit: Unit, language: Language): string {
  if (value === null) return '–';
  switch (unit) {
    case 'count':
      return new Intl.NumberFormat(language).format(value);
    case 'share':
      return new Intl.NumberFormat(language, { style: 'percent' }).format(value);
    case 'ms':
      return inUnit(Math.round(value), 'millisecond', language);
    case 'bytes':
      return bytes(value, language);
  }
}

function bytes(value: number, language: Language): string {
  const power = value < 1 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(value) / 3));
  return inUnit(value / 1000 ** power, BYTE_UNITS[power] ?? 'byte', language);
}

const inUnit = (value: number, unit: string, language: Language, unitDisplay: 'short' | 'long' = 'short'): string =>
  new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay, maximumFractionDigits: 1 }).format(value);

/** A time of day. */
export const timeOfDay = (seconds: number, language: Language): string =>
  new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(seconds * 1000);

/** A day. */
export const day = (ms: number, language: Language): string =>
  new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(ms);

/** How long something has gone on, in the largest unit of which there is one. */
export function duration(seconds: number, language: Language): string {
  if (seconds >= 86_400) return inUnit(Math.floor(seconds / 86_400), 'day', language, 'long');
  if (seconds >= 3_600) return inUnit(Math.floor(seconds / 3_600), 'hour', language, 'long');
  if (seconds >= 60) return inUnit(Math.floor(seconds / 60), 'minute', language, 'long');
  return inUnit(Math.floor(seconds), 'second', language, 'long');
}

/** A sum of money in whatever currency the operator has counted in. */
export const money = (value: number, language: Language): string =>
  new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);
