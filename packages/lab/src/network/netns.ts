import { readlinkSync, statSync } from 'node:fs';

/** Where `ip netns` keeps its handles, and where it looks for files to lay over those in `/etc` (ip-netns(8)). */
export const NETNS_HANDLES = '/run/netns';
export const NETNS_ETC = '/etc/netns';

/** @returns the kernel's own name for a namespace, or undefined where there is none of that name */
export function kernelNameOf(namespace: string): string | undefined {
  try {
    return `net:[${statSync(`${NETNS_HANDLES}/${namespace}`).ino}]`;
  } catch {
    return undefined;
  }
}

/** @returns the kernel's name for the namespace that a process is in, or undefined where the process is gone */
export function networkOf(pid: number | string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}
