import { findExecutable } from '@anypath/server';

/** What a lab calls, and the Debian package that has it. */
const TOOLS = {
  ip: 'iproute2',
  nft: 'nftables',
  conntrack: 'conntrack',
  openssl: 'openssl',
  turnserver: 'coturn',
  haproxy: 'haproxy',
  squid: 'squid-openssl',
  certutil: 'libnss3-tools',
  socat: 'socat',
} as const;

/** @returns a sentence on why no lab can be built here and what to do, or `undefined` where one can */
export function labObstacle(): string | undefined {
  if (process.platform !== 'linux') return 'the lab is made of Linux network namespaces';
  if (process.getuid?.() !== 0)
    return 'only root may make network namespaces; run it as root, or allow user namespaces';
  const absent = Object.entries(TOOLS).filter(([tool]) => findExecutable(tool) === undefined);
  if (absent.length === 0) return undefined;
  return `the lab needs packages; run: apt-get install ${absent.map(([, name]) => name).join(' ')}`;
}

/** @throws Error that says what to do, where no lab can be built here */
export function requireLab(): void {
  const obstacle = labObstacle();
  if (obstacle) throw new Error(obstacle);
}
