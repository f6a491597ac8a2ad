export {
  AnypathError,
  type Contact,
  type ContactState,
  type ContactUpdate,
  type Device,
  type DeviceProof,
  type ErrorCode,
  isErrorCode,
  isWallet,
  type SignInMethods,
} from '@anypath/protocol';
export type { Call, CallEvents, Wanted } from './call/call.ts';
export type { CallPhase, EndReason } from './call/call-state.ts';
export type { CallOptions } from './call/calls.ts';
export type { CallMedia } from './call/capture.ts';
export type { Client, ClientEvents, RtcOption } from './client.ts';
export { type ConnectOptions, connect } from './connect.ts';
export type { Contacts } from './contacts.ts';
export type { TokenSource } from './credentials.ts';
export type { Devices } from './devices.ts';
export { type DurableStore, memoryDurable, type Writes } from './durable/durable-store.ts';
export type { DevicesChanged, KeyRefused, TrustedKey } from './e2ee/directory.ts';
export type { Link, LinkEvents, Message, MissedCall } from './link/link.ts';
export type { Path } from './link/path.ts';
export type { Delivery, Receipt } from './link/receipt.ts';
export type { CandidateFacts, SelectedPair } from './rtc/selected-pair.ts';
export {
  currentSession,
  type ServerOptions,
  type SignedIn,
  type SignOutOptions,
  signInMethods,
  signInWithWallet,
  signOut,
  type WalletSignInOptions,
} from './sign-in.ts';
export type { KeyValueStore } from './storage.ts';
export type { IncomingStream, OutgoingStream } from './stream/streams.ts';
export type { WalletProvider } from './wallet-provider.ts';
