import * as v from 'valibot';

/** Body of every HTTP error. */
export const ErrorBody = v.object({ error: v.string(), message: v.string(), requestId: v.string() });
export type ErrorBody = v.InferOutput<typeof ErrorBody>;
