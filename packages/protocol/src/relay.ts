import * as v from 'valibot';
import { Id, Wallet } from './identifiers.ts';
import * as LIMITS from './limits.ts';

/** `relay:frame`: one frame of the live relay between two online devices. Forwarded, never stored. */
export const RelayFrame = v.object({
  /** The wallet that the frame is for. */
  to: Wallet,
  /** The device of that wallet. */
  toDevice: Id,
  /** An encoded frame (see `encodeFrame`); the server does not look inside. */
  frame: v.pipe(
    v.instance(Uint8Array, 'a frame is binary'),
    v.check((bytes) => bytes.byteLength > 0, 'a frame is not empty'),
  ),
});
export type RelayFrame = v.InferOutput<typeof RelayFrame>;

/** Whether a frame is larger than the relay carries: answered with `payload_too_large`, connection kept. */
export const frameIsTooLarge = (frame: Uint8Array): boolean => frame.byteLength > LIMITS.frameMaxBytes;
