import { AnypathError } from '@anypath/protocol';
import type { FastifyRequest } from 'fastify';
import * as v from 'valibot';

/**
 * The body of a request, checked.
 *
 * @throws AnypathError `invalid_payload` that names the first field at fault
 */
export function bodyOf<T>(request: FastifyRequest, schema: v.GenericSchema<unknown, T>): T {
  const result = v.safeParse(schema, request.body);
  if (result.success) return result.output;
  throw new AnypathError('invalid_payload', faultOf(result.issues));
}

/** The first fault of a check, as a sentence. */
export function faultOf(issues: readonly v.BaseIssue<unknown>[]): string {
  const [first] = issues;
  if (!first) return 'the payload does not fit';
  const path = v.getDotPath(first as v.BaseIssue<unknown>);
  return path ? `${path}: ${first.message}` : first.message;
}
