/**
 * The first connection of a page takes a browser several times as long as those after it: this one is made, and ended, while nobody
 * waits. It gathers no candidates and sends nothing.
 */
export async function warmUp(): Promise<void> {
  if (typeof RTCPeerConnection !== 'function') return;
  const pc = new RTCPeerConnection();
  try {
    pc.createDataChannel('');
    await pc.createOffer();
  } finally {
    pc.close();
  }
}
