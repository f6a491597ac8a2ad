/**
 * The DTLS fingerprints in a description (RFC 8122, section 5), as `algorithm value` in lower case, each once.
 *
 * @param sdp with any kind of line end
 */
export function fingerprintsOf(sdp: string): string[] {
  const lines = sdp.split(/\r?\n/).filter((line) => /^a=fingerprint:/i.test(line));
  return [...new Set(lines.map((line) => normal(line.slice('a=fingerprint:'.length))))];
}

/**
 * The fingerprints of our own certificate, which no description can change. Where the browser does not tell them, those of the
 * description.
 */
export function ownFingerprints(certificate: RTCCertificate | undefined, sdp: string): string[] {
  const own = certificate?.getFingerprints?.() ?? [];
  const told = own.flatMap(({ algorithm, value }) => (algorithm && value ? [normal(`${algorithm} ${value}`)] : []));
  return told.length > 0 ? told : fingerprintsOf(sdp);
}

/**
 * Whether a description is for the certificate of the other side and for no other: it has a fingerprint, and all that it has are among
 * those that the other side told.
 */
export function isDescribedBy(sdp: string, told: readonly string[]): boolean {
  const known = new Set(told.map(normal));
  const described = fingerprintsOf(sdp);
  return described.length > 0 && described.every((fingerprint) => known.has(fingerprint));
}

const normal = (fingerprint: string): string => fingerprint.trim().toLowerCase().replace(/\s+/g, ' ');
