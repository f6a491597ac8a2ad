import { decodeFrame, type Frame } from '@anypath/protocol';

/** A frame that arrived, or `undefined` for one that does not parse: it did not come from this SDK and is dropped. */
export function parseFrame(bytes: Uint8Array<ArrayBuffer>): Frame | undefined {
  try {
    return decodeFrame(bytes);
  } catch {
    return undefined;
  }
}
