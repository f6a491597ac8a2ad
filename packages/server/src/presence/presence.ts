import type { PresenceUpdate } from '@anypath/protocol';
import type { Bus } from '../bus/port.ts';

/** What is told about a wallet. */
export function presenceOf(bus: Bus, wallet: string): PresenceUpdate {
  const devices = [...bus.devicesOf(wallet)];
  return { wallet, online: devices.length > 0, devices };
}
