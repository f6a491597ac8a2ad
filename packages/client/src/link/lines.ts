import type { AbortHeader, CallAckHeader, CallHeader, CreditHeader, StreamHeader } from '@anypath/protocol';

/** Frames beside the messages: they travel on live paths only, and whoever sends them says them again where they get lost. */
export type SideHeader = CallHeader | CallAckHeader | StreamHeader | CreditHeader | AbortHeader;

/** What calls and streams need from the link that they run over. */
export interface Lines {
  /** The other side's connected devices, the latest last. */
  devices(): readonly string[];
  /** The device that the link talks to. */
  device(): string | undefined;
  /** Whether a live path leads to a device now. */
  isLive(device: string): boolean;
  /** Seals a frame and sends it to a device, on the best path to it; it may get lost. */
  transmit(toDevice: string, header: SideHeader, body?: Uint8Array): void;
  /**
   * The same for many bytes.
   *
   * @returns when there is room for more: what is said beside it does not wait behind a long queue then
   */
  transmitBulk(toDevice: string, header: SideHeader, body: Uint8Array): Promise<void>;
  /** Nothing comes back: the path is to be asked whether it carries anything. */
  doubt(): void;
}
