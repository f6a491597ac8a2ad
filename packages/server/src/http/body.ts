import { AnypathError } from '@anypath/protocol';
import type { FastifyRequest } from 'fastify';
import * as v from 'valibot';

/**
 * The body of a request, checked.
 *
 * @throws AnypathError `invalid_payload` that names the first field at fault
 */
export function bodyOf<T>(request: FastifyRequest, schema: v.GenericSchema<unknown, T>): T {
  return checked(request.body, schema);
}

/**
 * The query of a request, checked.
 *
 * @throws AnypathError `invalid_payload` that names the first field at fault
 */
export function queryOf<T>(request: FastifyRequest, schema: v.GenericSchema<unknown, T>): T {
  return checked(request.query, schema);
}

function checked<T>(value: unknown, schema: v.GenericSchema<unknown, T>): T {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw new AnypathError('invalid_payload', faultOf(result.issues));
}

/** Longer paths lead into what was received. */
const MAX_PATH = 100;

/** The first fault of a check, as a sentence. */
export function faultOf(issues: readonly v.BaseIssue<unknown>[]): string {
  const [first] = issues;
  if (!first) return 'the payload does not fit';
  const path = v.getDotPath(first as v.BaseIssue<unknown>)?.slice(0, MAX_PATH);
  // The library's own sentences repeat what was received, which may be long, and may be anything.
  const sentence = first.message.startsWith('Invalid ')
    ? `expected ${first.expected ?? 'something else'}`
    : first.message;
  return path ? `${path}: ${sentence}` : sentence;
}
