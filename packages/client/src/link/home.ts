import type { AckHeader, Enqueued, RtcReport } from '@anypath/protocol';
import type { Desk } from '../call/calls.ts';
import type { LinkMemory } from '../durable/link-memory.ts';
import type { Surroundings } from '../rtc/negotiator.ts';

/** What a link needs from the client that it belongs to. */
export interface Home extends Surroundings {
  readonly rtc: boolean;
  readonly initiator: boolean;
  readonly epoch: string;
  readonly memory: LinkMemory;
  /** The call that this device is in. */
  readonly desk: Desk;
  /** How long a silent data channel is left alone at most, milliseconds. */
  keepaliveMs(): number;
  /** The server's clock, Unix milliseconds. */
  serverNow(): number;
  /** Seals a frame for a device. @throws AnypathError where its key cannot be had */
  seal(toDevice: string, frame: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /** Hands a sealed frame to the live relay. @throws AnypathError with the server's refusal */
  relay(toDevice: string, packet: Uint8Array<ArrayBuffer>): Promise<void>;
  /** The same for what comes again where it does not arrive: nobody waits for the server's word. */
  relayUnanswered(toDevice: string, packet: Uint8Array<ArrayBuffer>): void;
  /** A sealed frame came over the data channel. */
  rtcPacket(fromDevice: string, packet: Uint8Array<ArrayBuffer>): void;
  /** Seals a frame for all devices of the other side, and puts it into its mailbox. @throws AnypathError with the refusal */
  enqueue(frame: Uint8Array<ArrayBuffer>, force: boolean): Promise<Enqueued>;
  /** Tells the sender, by its mailbox, how far a stream was received. */
  answerByMail(header: AckHeader): void;
  /** What our mailbox may forget. */
  forgetMail(positions: readonly number[]): void;
  /** Somebody listens for messages from now on: what was left in the mailbox may come. */
  listened(): void;
  /** Asks the server whether it is there. */
  check(): void;
  /** Looks at every path. */
  reconnect(): void;
  /** Tells the server how an attempt to connect went, and what was relayed. */
  report(report: RtcReport): void;
  /** Called once when the link is closed. */
  closed(): void;
}
