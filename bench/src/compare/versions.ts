import { readFileSync } from 'node:fs';

/** What is compared, and what it is compared with, by the names of packages. */
const PACKAGES = [
  'peerjs',
  'peer',
  'simple-peer',
  '@trystero-p2p/nostr',
  '@nostr-relay/core',
  'libp2p',
  '@libp2p/webrtc',
  '@libp2p/circuit-relay-v2',
  'socket.io',
  'socket.io-client',
] as const;

/** The versions that this package pins. */
export function versions(): Record<string, string> {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version, dependencies } = JSON.parse(text) as { version: string; dependencies: Record<string, string> };
  const pinned = PACKAGES.map((name) => [name, dependencies[name] ?? 'unknown'] as const);
  return { anypath: version, ...Object.fromEntries(pinned) };
}
