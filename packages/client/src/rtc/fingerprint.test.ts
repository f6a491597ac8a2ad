import { describe, expect, it } from 'vitest';
import { fingerprintsOf, isDescribedBy } from './fingerprint.ts';

const A = 'sha-256 AA:BB:CC';
const B = 'sha-256 AA:BB:CD';
const sdp = (...fingerprints: string[]): string =>
  ['v=0', 'm=audio 9 UDP/TLS/RTP/SAVPF 111', ...fingerprints.map((one) => `a=fingerprint:${one}`), 'a=mid:0'].join(
    '\r\n',
  );

describe('the fingerprint of a description', () => {
  it('is found once, however often and in whatever case it is written', () => {
    expect(fingerprintsOf(sdp(A, A.toUpperCase(), A.toLowerCase()))).toEqual(['sha-256 aa:bb:cc']);
  });

  it.each([
    ['is the one that was told', sdp(A), [A], true],
    ['is told in another case', sdp(A), [A.toLowerCase()], true],
    ['is another', sdp(B), [A], false],
    ['is the one that was told, with another beside it', sdp(A, B), [A], false],
    ['is missing', sdp(), [A], false],
    ['is there, and none was told', sdp(A), [], false],
    ['has another algorithm', sdp('sha-1 AA:BB:CC'), [A], false],
  ])('%s: trusted %#', (_what, description, told, expected) => {
    expect(isDescribedBy(description, told)).toBe(expected);
  });
});
