import { networkInterfaces } from 'node:os';
import type { RowOf } from '@anypath/protocol';

const IS_LINK_LOCAL = /^(fe[89ab][0-9a-f]:|169\.254\.)/i;

/** Addresses of this computer that lead outside. Needs no network. */
export function checkAddresses(interfaces = networkInterfaces()): RowOf<'addresses'> {
  const all = Object.values(interfaces).flatMap((each) => each ?? []);
  const useful = all.filter(({ internal, address }) => !internal && !IS_LINK_LOCAL.test(address));
  const of = (family: string) => useful.filter((each) => each.family === family).map(({ address }) => address);
  const ipv4 = of('IPv4');
  const ipv6 = of('IPv6');
  const common = { check: 'addresses', subject: 'this computer', ipv4, ipv6 } as const;
  if (useful.length > 0) return { ...common, outcome: 'ok' };
  return { ...common, outcome: 'failed', reason: 'unreachable' };
}
