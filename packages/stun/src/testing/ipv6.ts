import { networkInterfaces } from 'node:os';

/** Whether ::1 can be bound on this machine. */
export const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({ address }) => address === '::1'),
);
