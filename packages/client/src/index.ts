export {
  AnypathError,
  type CandidateCount,
  type CandidateKind,
  type CandidateType,
  type Contact,
  type ContactState,
  type ContactUpdate,
  type Device,
  type DeviceProof,
  type ErrorCode,
  isErrorCode,
  isWallet,
  type PresenceUpdate,
  type RtcFailure,
  type RtcReport,
  type SessionKind,
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
export type { Message, MissedCall } from './link/hand-over.ts';
export type { ArrivalPath } from './link/inbox.ts';
export type { Link, LinkEvents } from './link/link.ts';
export type { Path, RtcTier, Via } from './link/path.ts';
export type { Delivery, Receipt } from './link/receipt.ts';
export type { RtcPhase } from './link/rtc-phase.ts';
export type { LinkStats } from './link/stats.ts';
export type { TraceEntry, TraceEvent } from './link/trace.ts';
export type { PathTraffic } from './link/traffic.ts';
export type { NetworkPreset } from './network/preset.ts';
export type { AttemptTrace, ConnectionPhases, Milestone } from './rtc/attempt-log.ts';
export type { CandidateFacts } from './rtc/candidates.ts';
export type { RtcStats } from './rtc/rtc-stats.ts';
export type { SelectedPair } from './rtc/selected-pair.ts';
export {
  currentSession,
  type SignedIn,
  type SignOutOptions,
  signInMethods,
  signInWithWallet,
  signOut,
} from './sign-in.ts';
export type { ServerOptions, WalletSignInOptions } from './sign-in-options.ts';
export type { KeyValueStore } from './storage.ts';
export type { IncomingStream, OutgoingStream } from './stream/streams.ts';
export type { WalletProvider } from './wallet-provider.ts';
