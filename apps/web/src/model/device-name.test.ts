import { expect, it } from 'vitest';
import { deviceNameProblem } from './device-name.ts';

it.each(['Chrome on Linux', ' the tablet ', 'Móvil 2', 'a'.repeat(64)])('accepts the device name %j', (name) => {
  expect(deviceNameProblem(name)).toBeUndefined();
});

it.each([
  ['', 'device_unnamed'],
  ['  ', 'device_unnamed'],
  ['a'.repeat(65), 'device_name_too_long'],
  ['two\nlines', 'device_name_bad'],
  ['a\u200bb', 'device_name_bad'],
])('says what is wrong with %j', (name, problem) => {
  expect(deviceNameProblem(name)).toBe(problem);
});
