import { type DoctorLanguage, doctorLanguage } from '@anypath/doctor';

/** The language that the system speaks, by LC_ALL, LC_MESSAGES, LANG or what the platform says; English where none is known. */
export function languageOfSystem(env: Readonly<Record<string, string | undefined>> = process.env): DoctorLanguage {
  const named = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].filter((name) => name !== undefined && name !== '');
  return doctorLanguage(
    [...named.slice(0, 1), Intl.DateTimeFormat().resolvedOptions().locale].filter((name) => name !== undefined),
  );
}
