/** Why a device cannot be called that. */
export type DeviceNameProblem = 'device_unnamed' | 'device_name_too_long' | 'device_name_bad';

/** As the server counts them: UTF-16 code units. */
const MAX_LENGTH = 64;
const BAD_CHARACTER = /[\p{Cc}\p{Cf}\p{Cs}]/u;

/** Checks the name of a device before the server does, so that the answer is at once and in the person's language. */
export function deviceNameProblem(name: string): DeviceNameProblem | undefined {
  const trimmed = name.trim();
  if (trimmed === '') return 'device_unnamed';
  if (trimmed.length > MAX_LENGTH) return 'device_name_too_long';
  return BAD_CHARACTER.test(trimmed) ? 'device_name_bad' : undefined;
}
