export type { TransportAddress } from './address.ts';
export type { AllocateOptions } from './allocation.ts';
export { ATTRIBUTE, type ChangeRequest, type ErrorCodeValue } from './attributes.ts';
export { type BindingResult, bind } from './binding.ts';
export type { AttributeCodec } from './codecs.ts';
export type { ConnectOptions } from './connect.ts';
export type { Bounds } from './deadline.ts';
export { isStunError, StunError, type StunErrorCode, type StunErrorDetails } from './errors.ts';
export { METHOD, type MessageClass } from './header.ts';
export type { TurnCredentials } from './long-term-credential.ts';
export {
  type Attribute,
  type AttributeWriter,
  attribute,
  createMessage,
  type ReceivedMessage,
  readAttribute,
  type StunMessage,
} from './message.ts';
export type { DataListener } from './peer-data.ts';
export { type ProbeOptions, probeStun, probeTurn, type TurnProbe } from './probe.ts';
export { TurnClient } from './turn-client.ts';
export { type IceScheme, type IceTransport, type IceUri, parseIceUri } from './uri.ts';
export { decodeMessage, encodeMessage } from './wire.ts';
