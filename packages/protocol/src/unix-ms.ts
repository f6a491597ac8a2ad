import * as v from 'valibot';

/** Unix time in whole milliseconds. */
export const UnixMs: v.GenericSchema<number> = v.pipe(v.number(), v.integer());
