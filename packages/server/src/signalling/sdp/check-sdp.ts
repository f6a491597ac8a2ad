import { type MediaDescription, parse, type SessionDescription } from 'sdp-transform';
import { checkLines } from './check-lines.ts';
import { fault } from './fault.ts';
import { type Section, sectionsOf } from './sections.ts';

type Keying = 'dtls-srtp' | 'dtls-sctp';

/** What is known of an SDP that passed. */
export interface CheckedSdp {
  /** What DTLS protects: audio and video, data channels, or both. */
  readonly encrypted: Keying | 'both';
  /** Media sections that are not rejected. */
  readonly media: number;
}

/**
 * Profiles under DTLS. For media: RFC 5764, section 8, RFC 7850, section 5, and the two that libwebrtc made up for TCP.
 * For data channels: RFC 8841, section 4, and what browsers wrote before it.
 */
const PROFILES: ReadonlyMap<string, Keying> = new Map<string, Keying>([
  ['UDP/TLS/RTP/SAVPF', 'dtls-srtp'],
  ['UDP/TLS/RTP/SAVP', 'dtls-srtp'],
  ['TCP/DTLS/RTP/SAVPF', 'dtls-srtp'],
  ['TCP/DTLS/RTP/SAVP', 'dtls-srtp'],
  ['TCP/TLS/RTP/SAVPF', 'dtls-srtp'],
  ['TCP/TLS/RTP/SAVP', 'dtls-srtp'],
  ['UDP/DTLS/SCTP', 'dtls-sctp'],
  ['TCP/DTLS/SCTP', 'dtls-sctp'],
  ['DTLS/SCTP', 'dtls-sctp'],
]);

/**
 * Roles that each kind may take. RFC 5763, section 5, wants `actpass` in an offer; the role of a connection that is up
 * is tolerated there (RFC 8842, section 5.5). `holdconn` never starts DTLS.
 */
const ROLES: Record<'offer' | 'answer', ReadonlySet<string>> = {
  offer: new Set(['actpass', 'active', 'passive']),
  answer: new Set(['active', 'passive']),
};

/**
 * Checks that an SDP lets nothing through but what DTLS protects (SPEC S4.5): each media section that is not rejected
 * has a profile under DTLS, the fingerprint of a certificate, a DTLS role and ICE credentials.
 *
 * @param sdp of a browser or of a foreign client
 * @param type what it was sent as
 * @returns what is protected
 * @throws AnypathError `invalid_payload` with the first fault, and with nothing of the SDP but numbers and keywords
 * @see RFC 8829 (JSEP), section 5; RFC 8827, section 6.5; RFC 8842, section 5
 */
export function checkSdp(sdp: string, type: 'offer' | 'answer'): CheckedSdp {
  const sections = sectionsOf(sdp);
  for (const section of sections) checkLines(section);
  const session = parse(reliedOn(sections));
  const transportOf = transports(session);
  const keyings = new Set<Keying>();
  let media = 0;
  for (const [index, section] of session.media.entries()) {
    if (!isAccepted(section)) continue;
    media++;
    const place = `media section ${index + 1}`;
    keyings.add(keyingOf(section, place));
    checkTransport(transportOf(section), ROLES[type], place);
  }
  const [keying] = keyings;
  if (!keying) throw fault('sdp', 'it has no media section that is not rejected');
  return { encrypted: keyings.size > 1 ? 'both' : keying, media };
}

const RELIED_ON = /^(?:m=|a=(?:group|bundle-only|mid|fingerprint|setup|ice-ufrag|ice-pwd)\b)/;

/** Leaves out what the check does not need: sdp-transform tries up to sixty patterns on each line. */
const reliedOn = (sections: readonly Section[]): string =>
  sections
    .flat()
    .map(({ type, value }) => `${type}=${value}`)
    .filter((line) => RELIED_ON.test(line))
    .join('\r\n');

/** Port 0 rejects a section, unless `bundle-only` says that it shares another's (RFC 9143, section 6). */
const isAccepted = ({ port, bundleOnly }: MediaDescription): boolean => port !== 0 || bundleOnly !== undefined;

function keyingOf({ protocol }: MediaDescription, place: string): Keying {
  const keying = PROFILES.get(protocol);
  if (keying) return keying;
  throw fault('sdp', `${place} is not under DTLS: its profile has to be UDP/TLS/RTP/SAVPF or UDP/DTLS/SCTP`);
}

type Transport = Pick<MediaDescription, 'fingerprint' | 'setup' | 'iceUfrag' | 'icePwd'>;

/**
 * Finds what a section is carried by: its own lines before the session's, and for those of a BUNDLE group that leave
 * them out, the lines of the section that speaks for the group (RFC 9143, section 7.1.3).
 */
function transports(session: SessionDescription): (section: MediaDescription) => Transport {
  const byMid = sectionsByMid(session.media);
  const speakers = new Map<string, MediaDescription>();
  for (const { type, mids } of session.groups ?? []) {
    if (type !== 'BUNDLE') continue;
    // sdp-transform makes a number of all that looks like one, here of the mid of a group of one.
    const names = String(mids).split(' ');
    const speaker = names.map((name) => byMid.get(name)).find((section) => section && isAccepted(section));
    if (speaker) for (const name of names) speakers.set(name, speaker);
  }
  return (section) => {
    const speaker = section.mid === undefined ? undefined : speakers.get(String(section.mid));
    return { ...speaker, ...session, ...section };
  };
}

function sectionsByMid(media: readonly MediaDescription[]): ReadonlyMap<string, MediaDescription> {
  const byMid = new Map<string, MediaDescription>();
  for (const section of media) {
    if (section.mid === undefined) continue;
    if (byMid.has(String(section.mid))) throw fault('sdp', 'two media sections have the same mid');
    byMid.set(String(section.mid), section);
  }
  return byMid;
}

function checkTransport(transport: Transport, roles: ReadonlySet<string>, place: string): void {
  const { fingerprint, setup, iceUfrag, icePwd } = transport;
  if (fingerprint === undefined) throw fault('sdp', `${place} has no DTLS fingerprint`);
  if (setup === undefined) throw fault('sdp', `${place} has no DTLS role (setup)`);
  if (!roles.has(setup)) throw fault('sdp', `${place} has to have the setup role ${[...roles].join(' or ')}`);
  if (iceUfrag === undefined) throw fault('sdp', `${place} has no ice-ufrag`);
  if (icePwd === undefined) throw fault('sdp', `${place} has no ice-pwd`);
}
