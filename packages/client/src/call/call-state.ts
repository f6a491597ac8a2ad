import type { ErrorCode } from '@anypath/protocol';

/**
 * Where a call stands.
 *
 * - `calling`: we call, and no device over there rings yet
 * - `alerting`: we call, and a device over there rings
 * - `ringing`: the other side calls us
 * - `active`: somebody has accepted
 * - `ended`: it is over, for good
 */
export type CallPhase = 'calling' | 'alerting' | 'ringing' | 'active' | 'ended';

/**
 * Why a call is over.
 *
 * - `hangup`: one of the two ended it after it was accepted
 * - `declined`, `busy`: the answer of the one who was called
 * - `cancelled`: we gave up calling; `no-answer`: nobody took it in time
 * - `missed`: we were called, and did not take it
 * - `elsewhere`: another device of ours took it, or declined
 * - `gone`: the other side's page was closed or reloaded
 * - `failed`: by an error, see `Call.error`
 */
export type EndReason =
  | 'hangup'
  | 'declined'
  | 'busy'
  | 'cancelled'
  | 'no-answer'
  | 'missed'
  | 'elsewhere'
  | 'gone'
  | 'failed';

/** All that decides about a call. Plain data. */
export interface CallState {
  readonly phase: CallPhase;
  /** Devices of the other side that were asked; for who is called, the one that calls. */
  readonly asked: readonly string[];
  /** Those of them that are in another call. */
  readonly busy: readonly string[];
  /** The device that the call is with, while it is active. */
  readonly device: string | undefined;
  readonly reason: EndReason | undefined;
  readonly error: ErrorCode | undefined;
}

/** What may happen to a call. */
export type CallEvent =
  /** Devices of the other side are connected. */
  | { readonly type: 'devices'; readonly devices: readonly string[] }
  /** A device over there says something. */
  | {
      readonly type: 'heard';
      readonly device: string;
      readonly say: 'rings' | 'accept' | 'decline' | 'busy' | 'taken' | 'gone';
    }
  | { readonly type: 'heard'; readonly device: string; readonly say: 'hangup'; readonly error?: ErrorCode }
  /** Ours, by the application. */
  | { readonly type: 'accept' | 'decline' | 'hangup' }
  /** Both call each other, and theirs goes first: as if we had accepted it. */
  | { readonly type: 'merged'; readonly device: string; readonly into: string }
  | { readonly type: 'timeout' }
  | { readonly type: 'failed'; readonly error: ErrorCode };

/** What the driver is to do. */
export type CallEffect =
  | { readonly do: 'say'; readonly to: readonly string[]; readonly say: CallWord; readonly error?: ErrorCode }
  /** The call goes by the name of the other side's from here on. */
  | { readonly do: 'rename'; readonly id: string }
  /** Makes the connection for media; who has accepted makes the first offer. */
  | { readonly do: 'media'; readonly device: string; readonly offers: boolean }
  /** Leaves a message that the call was missed. */
  | { readonly do: 'leave-missed' }
  | { readonly do: 'ended'; readonly reason: EndReason };

/** What one side says about the call itself. */
export type CallWord = 'ring' | 'rings' | 'accept' | 'decline' | 'busy' | 'taken' | 'hangup';

/** What a call starts from: ours, or one that comes from a device of the other side. */
export const calling: CallState = {
  phase: 'calling',
  asked: [],
  busy: [],
  device: undefined,
  reason: undefined,
  error: undefined,
};

/** @param device the one that calls */
export const ringing = (device: string): CallState => ({ ...calling, phase: 'ringing', asked: [device] });
