import { accessSync, constants } from 'node:fs';

/** What every lab calls, and the Debian package that has it. */
const TOOLS = {
  ip: 'iproute2',
  nft: 'nftables',
  conntrack: 'conntrack',
  openssl: 'openssl',
} as const;

/** What parts of a lab call, and the Debian package that has it. */
const OPTIONAL_TOOLS = {
  turnserver: 'coturn',
  haproxy: 'haproxy',
  squid: 'squid-openssl',
  certutil: 'libnss3-tools',
  socat: 'socat',
} as const;

/** @returns the Debian packages that this machine lacks for a lab with all of its parts */
export function missingPackages(): string[] {
  return lacking({ ...TOOLS, ...OPTIONAL_TOOLS });
}

/** @throws Error that says what to do, where no lab can be built here */
export function requireLab(): void {
  if (process.platform !== 'linux') throw new Error('the lab is made of Linux network namespaces');
  if (process.getuid?.() !== 0) throw new Error('only root may make network namespaces; run the lab as root');
  const packages = lacking(TOOLS);
  if (packages.length > 0) throw new Error(`the lab needs packages; run: apt-get install ${packages.join(' ')}`);
}

function lacking(tools: Readonly<Record<string, string>>): string[] {
  const absent = Object.entries(tools).filter(([tool]) => !isInstalled(tool));
  return absent.map(([, name]) => name);
}

function isInstalled(tool: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => isExecutable(`${folder}/${tool}`));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
