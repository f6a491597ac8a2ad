import { LIMITS } from '@anypath/protocol';
import { fault } from './fault.ts';

/** One line: `a=mid:0` is of type `a` and has the value `mid:0`. */
export interface Line {
  readonly type: string;
  readonly value: string;
}

/** The lines of the session part, or of one media section from its `m=` line on. */
export type Section = readonly Line[];

/** Far above what browsers write: 200 lines, 200 bytes in one, a dozen media sections. */
const MAX = { lines: 2_000, lineBytes: 4 * 1024, media: 64, candidates: 256 } as const;

/** Tabulators and line ends may stand in an SDP (RFC 8866, section 5); nothing else that controls. */
const CONTROL = /(?![\t\r\n])\p{Cc}/u;

/** Chromium takes it for a part of its line, Firefox for the end of a line: the two would read different SDPs. */
const LONE_CR = /\r(?!\n)/;

const LINE = /^[a-z]=/;

/**
 * Splits an SDP into its parts and holds it to the limits on its size.
 *
 * @param sdp with lines that end in CR LF or LF (RFC 8866, section 5)
 * @returns the session part, then each media section
 * @throws AnypathError `invalid_payload`
 */
export function sectionsOf(sdp: string): Section[] {
  const texts = linesOf(sdp);
  const session: Line[] = [];
  const sections = [session];
  for (const [index, text] of texts.entries()) {
    if (!LINE.test(text)) throw fault('sdp', `line ${index + 1} is not a letter, "=" and a value`);
    if (Buffer.byteLength(text) > MAX.lineBytes) throw fault('sdp', `line ${index + 1} is over ${MAX.lineBytes} bytes`);
    if (text.startsWith('m=')) sections.push([]);
    sections.at(-1)?.push({ type: text.charAt(0), value: text.slice(2) });
  }
  if (sections.length - 1 > MAX.media) throw fault('sdp', `it has more than ${MAX.media} media sections`);
  const [first, second, third] = session;
  if (first?.type !== 'v' || first.value !== '0' || second?.type !== 'o' || third?.type !== 's') {
    throw fault('sdp', 'it has to begin with the lines v=0, o= and s=');
  }
  return sections;
}

function linesOf(sdp: string): string[] {
  if (Buffer.byteLength(sdp) > LIMITS.sdpMaxBytes) throw fault('sdp', `it is over ${LIMITS.sdpMaxBytes} bytes`);
  if (CONTROL.test(sdp)) throw fault('sdp', 'it holds a control character');
  if (LONE_CR.test(sdp)) throw fault('sdp', 'it holds a carriage return that does not end a line');
  const lines = sdp.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > MAX.lines) throw fault('sdp', `it has more than ${MAX.lines} lines`);
  const candidates = lines.filter((line) => line.startsWith('a=candidate:')).length;
  if (candidates > MAX.candidates) throw fault('sdp', `it has more than ${MAX.candidates} candidates`);
  return lines;
}
