import type { Way } from './subject.ts';

/**
 * Tells whenever another pair of candidates carries the data channel.
 *
 * @param connection whose data channel is open
 * @param tell called at once, and at each change
 */
export function followWay(connection: RTCPeerConnection, tell: (way: Way) => void): void {
  const ice = connection.sctp?.transport.iceTransport;
  if (!ice) return;
  const look = () => {
    const pair = ice.getSelectedCandidatePair();
    if (pair) tell(pair.local?.type === 'relay' || pair.remote?.type === 'relay' ? 'turn' : 'direct');
  };
  ice.addEventListener('selectedcandidatepairchange', look);
  look();
}
