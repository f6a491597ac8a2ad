import { readFileSync } from 'node:fs';

/** Ports that a service opens. */
export interface Ports {
  readonly tcp?: readonly number[];
  readonly udp?: readonly number[];
}

/** The states in which `/proc/net` shows a socket that waits for anyone: `TCP_LISTEN`, and for UDP unconnected. */
const WAITING = { tcp: '0A', udp: '07' } as const;

/**
 * @param pid a process, whose network namespace is the one that is looked at
 * @returns whether all of these ports are open there
 */
export function areOpen(pid: number, ports: Ports): boolean {
  return (['tcp', 'udp'] as const).every((protocol) => {
    const open = openPorts(pid, protocol);
    return (ports[protocol] ?? []).every((port) => open.has(port));
  });
}

function openPorts(pid: number, protocol: 'tcp' | 'udp'): Set<number> {
  const open = new Set<number>();
  for (const family of ['', '6']) {
    for (const line of socketTable(pid, `${protocol}${family}`)) {
      // sl, local_address:port in hexadecimal, rem_address, st, …
      const [, local, , state] = line.trim().split(/\s+/);
      if (local && state === WAITING[protocol]) open.add(Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16));
    }
  }
  return open;
}

function socketTable(pid: number, table: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1);
  } catch {
    return [];
  }
}
