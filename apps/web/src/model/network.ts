import type { ConnectOptions } from '@anypath/client';

/** Which paths the person allows: whatever works, WebRTC through TURN only, or the live relay only. */
export const NETWORKS = ['auto', 'turn', 'relay'] as const;
export type Network = (typeof NETWORKS)[number];

const RTC: Record<Network, NonNullable<ConnectOptions['rtc']>> = {
  auto: true,
  turn: { iceTransportPolicy: 'relay' },
  relay: false,
};

/** The SDK's setting for a choice. */
export const rtcOf = (network: Network): NonNullable<ConnectOptions['rtc']> => RTC[network];

const isNetwork = (value: unknown): value is Network => NETWORKS.some((network) => network === value);

/**
 * Decides where a page starts.
 *
 * @param query the page's query string; its `network` comes first
 * @param stored what this tab chose before
 */
export function initialNetwork(query: string, stored: string | null): Network {
  const asked = new URLSearchParams(query).get('network');
  if (isNetwork(asked)) return asked;
  return isNetwork(stored) ? stored : 'auto';
}

/**
 * Carries a new choice over to an address that names one, so that a reload does not undo it.
 *
 * @param address the page's address
 * @returns the address to show, or `undefined` where it names no choice
 */
export function addressWith(address: string, network: Network): string | undefined {
  const url = new URL(address);
  if (!url.searchParams.has('network')) return undefined;
  url.searchParams.set('network', network);
  return url.href;
}
