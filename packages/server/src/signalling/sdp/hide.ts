import { readCandidate } from './candidate.ts';

/** Addresses of an `o=` line that say nothing. */
const SAYS_NOTHING: ReadonlySet<string | undefined> = new Set(['127.0.0.1', '0.0.0.0', '::1', '::']);

/**
 * Hides the sender's own addresses in a candidate, for `HIDE_HOST_CANDIDATES`.
 *
 * @param candidate with or without `a=` before it; empty at the end of candidates (RFC 8838, section 14)
 * @returns a relay candidate with its related address hidden as RFC 8839, section 5.1, has it, everything else byte for
 *   byte; the empty string as it is; `undefined` for what must not be passed on: other candidates and malformed ones
 */
export function hideCandidate(candidate: string): string | undefined {
  if (candidate === '') return '';
  const read = readCandidate(candidate);
  if (read?.type !== 'relay') return undefined;
  const tail = read.tail
    .replace(
      / (raddr) (\S*)/gi,
      (_, name: string, address: string) => ` ${name} ${address.includes(':') ? '::' : '0.0.0.0'}`,
    )
    .replace(/ (rport) \S*/gi, ' $1 9');
  return read.head + tail + candidate.slice(read.head.length + read.tail.length);
}

/**
 * Hides the sender's own addresses in an SDP, for `HIDE_HOST_CANDIDATES`: only relay candidates stay, and the default
 * addresses become the ones that JSEP writes before it has candidates (RFC 8829, section 5.2.1; RFC 8840, section 4.1.1).
 *
 * @param sdp that `checkSdp` has passed
 * @returns the SDP with everything else byte for byte, line ends too
 */
export const hideHostCandidates = (sdp: string): string =>
  sdp.replace(/([^\r\n]+)(\r\n|\r|\n)?/g, (_, line: string, end = '') => {
    const hidden = hideLine(line);
    return hidden === undefined ? '' : hidden + end;
  });

/** @returns `undefined` where the line is to go */
function hideLine(line: string): string | undefined {
  if (/^a=candidate:/i.test(line)) return hideCandidate(line);
  if (line.startsWith('c=')) return `c=${noAddress(line)}`;
  if (line.startsWith('o=')) return hideOrigin(line);
  // Port 0 rejects the section, or leaves the address to the section that it is bundled with.
  if (line.startsWith('m=')) return line.replace(/^(m=\S+ )(?!0+ )\d+/, (_, start: string) => `${start}9`);
  if (line.startsWith('a=rtcp:')) return line.includes(' ') ? `a=rtcp:9 ${noAddress(line)}` : 'a=rtcp:9';
  return line;
}

/** `o=<username> <session> <version> IN IP4 <address>` (RFC 8866, section 5.2). */
function hideOrigin(line: string): string {
  const { start, address } = /^(?<start>o=\S+ \S+ \S+ )IN IP[46] (?<address>\S+)$/.exec(line)?.groups ?? {};
  if (start === undefined) return 'o=- 0 0 IN IP4 0.0.0.0';
  return SAYS_NOTHING.has(address) ? line : start + noAddress(line);
}

const noAddress = (line: string) => (/ IP6 /.test(line) ? 'IN IP6 ::' : 'IN IP4 0.0.0.0');
