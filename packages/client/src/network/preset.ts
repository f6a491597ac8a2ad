/**
 * A class of network (SPEC S3.2). `home`: UDP works; `corporate`: only TCP does, through a firewall; `mobile`: a network that forgets quickly and
 * changes often; `ultra`: nothing but the server's own connection gets through.
 */
export type NetworkPreset = 'home' | 'corporate' | 'mobile' | 'ultra';

/** What is known of the network that this device is in. What is not known is left out. */
export interface NetworkFacts {
  /** Whether the browser says that it is a mobile network (Network Information API; not in Firefox and Safari). */
  readonly isCellular?: boolean;
  /** Whether anything came back over UDP. */
  readonly hasUdp?: boolean;
  /** Whether a TURN server was reached. */
  readonly hasTurn?: boolean;
}

/**
 * How long a silent data channel is left alone at most, milliseconds. Mobile networks forget a silent UDP mapping after 10 s at the
 * earliest, others after 30 s (RFC 4787, REQ-5, asks for two minutes).
 */
export const keepaliveMsOf = (preset: NetworkPreset): number => (preset === 'mobile' ? 8_000 : 15_000);

/** Which class a network is of, as far as is known; `home` where nothing speaks against it. */
export function presetOf({ isCellular, hasUdp, hasTurn }: NetworkFacts): NetworkPreset {
  if (hasUdp === false) return hasTurn ? 'corporate' : 'ultra';
  return isCellular ? 'mobile' : 'home';
}
