import * as v from 'valibot';
import { Id, Wallet } from './identifiers.ts';

/** `presence:update` (SPEC S4.6): sent once for each visible wallet after connecting, then at every change. */
export const PresenceUpdate = v.object({
  wallet: Wallet,
  online: v.boolean(),
  /** Its connected devices, the one that connected last at the end. */
  devices: v.array(Id),
});
export type PresenceUpdate = v.InferOutput<typeof PresenceUpdate>;
