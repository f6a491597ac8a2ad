import { toJsonSchema } from '@valibot/to-json-schema';
import type * as v from 'valibot';

/** Any JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** JSON Schema has no bytes; Socket.IO sends them as an attachment beside the JSON. */
const BYTES: Json = { type: 'string', format: 'binary', description: 'Bytes, as a binary attachment of Socket.IO.' };

/** A schema as JSON Schema, without its dialect, which is said once for a whole document. */
export function jsonOf(schema: v.GenericSchema): Json {
  const { $schema: _, ...json } = toJsonSchema(schema, {
    errorMode: 'ignore',
    overrideSchema: ({ valibotSchema }) => (valibotSchema.type === 'instance' ? BYTES : undefined),
  });
  return json;
}
