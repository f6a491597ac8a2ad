import { isIP } from 'node:net';
import { LIMITS } from '@anypath/protocol';
import { fault } from './fault.ts';

/** What matters of a candidate. */
export interface Candidate {
  /** `host`, `srflx`, `prflx`, `relay`, or what a later RFC adds. */
  readonly type: string;
  /** Everything before the related address: up to and with the type. */
  readonly head: string;
  /** The related address and the extensions, with the space before them; may be empty. */
  readonly tail: string;
}

/**
 * Groups: head, component, priority, address, port, type, tail; without names, with which each match takes twice the time. RFC 8839, section
 * 5.1, in printable ASCII with single spaces. Extensions are pairs of a name and a value, which may
 * be empty. The `a=` of an SDP line may stand before it: some clients send it.
 */
const CANDIDATE = new RegExp(
  [
    '^((?:a=)?candidate:[\\w+/=#-]{1,32}',
    '(\\d{1,3})',
    '[\\w-]+',
    '(\\d{1,10})',
    '([!-~]+)',
    '(\\d{1,5})',
    'typ',
    '([\\w-]+))((?: [!-~]+ [!-~]*)*) ?$',
  ].join(' '),
);

/** A name of DNS or mDNS: its last label is not a number, so that a mistyped IPv4 address is none. */
const NAME = /^(?:[\w-]{1,63}\.)*(?!\d+\.?$)[\w-]{1,63}\.?$/;

const CONTROL = /\p{Cc}/u;

/** Reads a candidate. @returns `undefined` where it is malformed */
export function readCandidate(text: string): Candidate | undefined {
  const [, head, component, priority, address = '', port, type, tail] = CANDIDATE.exec(text) ?? [];
  if (head === undefined || type === undefined || tail === undefined) return undefined;
  if (!isWithin(component, 1, 256) || !isWithin(priority, 1, 2 ** 32 - 1) || !isWithin(port, 0, 65_535))
    return undefined;
  return isHost(address) ? { type, head, tail } : undefined;
}

const isWithin = (digits: string | undefined, min: number, max: number) =>
  Number(digits) >= min && Number(digits) <= max;

const isHost = (address: string) => isIP(address) !== 0 || (address.length <= 255 && NAME.test(address));

/**
 * Checks a candidate that is passed on: one line, so that it cannot slip further lines into the other side's SDP, and
 * well formed. The empty string ends the candidates (RFC 8838, section 14).
 *
 * @throws AnypathError `invalid_payload`, with nothing of the candidate in its message
 */
export function checkCandidate(candidate: string): void {
  if (candidate === '') return;
  const { candidateMaxBytes } = LIMITS;
  // What is well formed has one byte for each of its characters, and none that controls anything.
  if (candidate.length <= candidateMaxBytes && readCandidate(candidate)) return;
  if (Buffer.byteLength(candidate) > candidateMaxBytes)
    throw fault('candidate', `it is over ${candidateMaxBytes} bytes`);
  if (CONTROL.test(candidate)) throw fault('candidate', 'it holds a control character or a line end');
  throw fault('candidate', 'it is neither empty nor as RFC 8839, section 5.1, has it');
}
