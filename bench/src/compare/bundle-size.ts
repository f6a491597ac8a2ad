import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import type { SubjectName } from '../link/subjects.ts';
import type { SizeCell } from './result.ts';

/** What an application imports for each subject to do what is compared here, the client of its signalling included. */
const IMPORTS: Readonly<Record<SubjectName, string>> = {
  anypath: `export { connect } from '@anypath/client';`,
  minimal: `export { io } from 'socket.io-client';`,
  peerjs: `export { Peer } from 'peerjs';`,
  'simple-peer': `export { io } from 'socket.io-client'; export { default } from 'simple-peer/simplepeer.min.js';`,
  trystero: `export { joinRoom } from '@trystero-p2p/nostr';`,
  libp2p: `export { createLibp2p } from 'libp2p'; export { noise } from '@chainsafe/libp2p-noise';
export { yamux } from '@chainsafe/libp2p-yamux'; export { identify } from '@libp2p/identify';
export { circuitRelayTransport } from '@libp2p/circuit-relay-v2'; export { webRTC } from '@libp2p/webrtc';
export { webSockets } from '@libp2p/websockets'; export { multiaddr } from '@multiformats/multiaddr';`,
};

/** Bundles each subject as applications do, minified, and weighs it after gzip: what it loads at once, and what later. */
export async function bundleSizes(subjects: readonly SubjectName[]): Promise<SizeCell[]> {
  const sizes: SizeCell[] = [];
  for (const subject of subjects) sizes.push({ subject, ...(await sizeOf(IMPORTS[subject])) });
  return sizes;
}

async function sizeOf(source: string): Promise<Omit<SizeCell, 'subject'>> {
  // Beside this module, so that packages are found as from here.
  const input = fileURLToPath(new URL('weighed.js', import.meta.url));
  const bundle = await rolldown({
    input,
    platform: 'browser',
    plugins: [
      {
        name: 'weighed',
        resolveId: (id) => (id === input ? id : null),
        load: (id) => (id === input ? source : null),
      },
    ],
    // As on the demo page: @hpke/common asks Node 18 for it.
    external: ['crypto'],
    resolve: { conditionNames: ['import', 'browser', 'production', 'default'] },
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    // What is imported is no entry of its own in an application: what its chunks share stays with it.
    preserveEntrySignatures: 'allow-extension',
    logLevel: 'silent',
  });
  const { output } = await bundle.generate({ minify: true });
  await bundle.close();
  const chunks = output.filter((file) => file.type === 'chunk');
  const atOnce = new Set<string>();
  const follow = (fileName: string): void => {
    const chunk = chunks.find((one) => one.fileName === fileName);
    if (!chunk || atOnce.has(fileName)) return;
    atOnce.add(fileName);
    chunk.imports.forEach(follow);
  };
  for (const { isEntry, fileName } of chunks) if (isEntry) follow(fileName);
  const weigh = (isWanted: boolean) =>
    chunks
      .filter(({ fileName }) => atOnce.has(fileName) === isWanted)
      .reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).byteLength, 0);
  return { bytes: weigh(true), laterBytes: weigh(false) };
}
