import * as v from 'valibot';
import { DeviceProof, PublicKey } from './devices.ts';
import { Id, Wallet } from './identifiers.ts';
import * as LIMITS from './limits.ts';

// Apart from what the SDK parses: a bundler takes a module whole.

/** Name of a device: one line for people. */
export const DeviceName = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, 'a name has at least one character'),
  v.maxLength(LIMITS.deviceNameMaxLength),
  v.regex(/^[^\p{Cc}\p{Cf}\p{Cs}]*$/u, 'a name has no control characters'),
);

/** Registers a device of the signed-in wallet. Over the socket, this connection belongs to it from then on. Repeating it is no error. */
export const DeviceRegistration = v.object({
  publicKey: PublicKey,
  name: v.optional(DeviceName),
  proof: v.optional(DeviceProof),
});
export type DeviceRegistration = v.InferOutput<typeof DeviceRegistration>;

/** Whose devices: the own wallet's where `wallet` is left out, else those of a mutual contact. */
export const DevicesQuery = v.object({ wallet: v.optional(Wallet) });
export type DevicesQuery = v.InferOutput<typeof DevicesQuery>;

/** Names a device of the own wallet. */
export const DeviceRename = v.object({ keyId: Id, name: DeviceName });
export type DeviceRename = v.InferOutput<typeof DeviceRename>;

/** Revokes a device of the own wallet: it is disconnected, its mail is removed, and its key is refused from then on. */
export const DeviceRevocation = v.object({ keyId: Id });
export type DeviceRevocation = v.InferOutput<typeof DeviceRevocation>;
