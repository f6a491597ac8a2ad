import { AnypathError } from '@anypath/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSdp } from './check-sdp.ts';
import { fixtures } from './fixtures.ts';
import { hideHostCandidates } from './hide.ts';

const type = fc.constantFrom('offer', 'answer');

/** Lines made to confuse a parser. */
const nasty = fc.oneof(
  fc.constantFrom(
    'a=__proto__:x',
    'a=constructor:prototype',
    'a=fmtp:96 __proto__=x;constructor=y',
    'a=rid:__proto__ send __proto__=x',
    'a=group:BUNDLE __proto__ constructor 0 1 2',
    'a=group:BUNDLE undefined',
    'a=mid:__proto__',
    'a=mid:undefined',
    `a=mid:${'9'.repeat(400)}`,
    'a=ice-ufrag:Infinity',
    'a=rtpmap:1e999 x/-1',
    'm=',
    'm=audio 9 RTP/AVP 0',
    'm=video 0 RTP/SAVPF 96\r\na=bundle-only',
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x',
    'k=prompt',
    'a=fingerprint:sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33',
    'a=setup:holdconn',
    'm=audio',
    'm=audio 99999999999999999999 UDP/TLS/RTP/SAVPF 0',
    'm=audio -0 UDP/TLS/RTP/SAVPF 0',
    'o=',
    'c=',
    'a=candidate:',
    'a=fingerprint:',
    'a=\u2028fingerprint:sha-256 00',
  ),
  fc.tuple(fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'), fc.string()).map(([letter, text]) => `${letter}=${text}`),
);

const real = fc.constantFrom(...fixtures().map(({ sdp }) => sdp));
const place = fc.nat();

/** Real SDP with a few lines put in, taken out, doubled, swapped or cut. */
const mutated = fc
  .tuple(
    real,
    fc.array(fc.tuple(fc.constantFrom('in', 'out', 'twice', 'swap', 'cut'), place, place, nasty), { maxLength: 8 }),
  )
  .map(([sdp, edits]) => {
    const lines = sdp.split('\r\n');
    for (const [edit, from, to, line] of edits) {
      const at = from % lines.length;
      const text = lines[at] ?? '';
      if (edit === 'in') lines.splice(at, 0, line);
      else if (edit === 'out') lines.splice(at, 1);
      else if (edit === 'twice') lines.splice(at, 0, text);
      else if (edit === 'swap') lines.splice(to % lines.length, 0, ...lines.splice(at, 1));
      else lines[at] = text.slice(0, to % (text.length + 1));
      if (lines.length === 0) lines.push('');
    }
    return lines.join('\r\n');
  });

/** @returns the message, or `undefined` where it passed; throws what is no AnypathError */
function faultOf(sdp: string, as: 'offer' | 'answer'): string | undefined {
  try {
    checkSdp(sdp, as);
    return undefined;
  } catch (error) {
    if (error instanceof AnypathError && error.code === 'invalid_payload') return error.message;
    throw error;
  }
}

describe('any SDP', () => {
  it('of arbitrary text passes or is refused with invalid_payload', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(nasty).map((lines) => lines.join('\r\n')),
    );
    fc.assert(
      fc.property(text, type, (sdp, as) => void faultOf(sdp, as)),
      { numRuns: 500 },
    );
  });

  it('made from a real one passes or is refused with invalid_payload, and pollutes nothing', () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    fc.assert(
      fc.property(mutated, type, (sdp, as) => void faultOf(sdp, as)),
      { numRuns: 500 },
    );
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect(Object.keys({})).toEqual([]);
  });

  it('is not repeated in the message', () => {
    const secret = 'zqxsecretxqz';
    fc.assert(
      fc.property(mutated, type, (sdp, as) => {
        const marked = sdp.replace(/(?<=[:=/ ])[\w.]+/g, (word, at: number) => (at % 7 === 0 ? secret : word));
        expect(faultOf(marked, as) ?? '').not.toContain(secret);
      }),
    );
  });

  it('[S4.5] passes only with DTLS, strong fingerprints and no keys', () => {
    fc.assert(
      fc.property(mutated, type, (sdp, as) => {
        if (faultOf(sdp, as) !== undefined) return;
        expect(sdp).toMatch(/^a=fingerprint:sha-256 [0-9A-F:]{95}\r?$/m);
        expect(sdp).not.toMatch(/^(?:a=crypto|k=|a=fingerprint:sha-1)/m);
        expect(sdp).not.toMatch(/^m=\w+ (?!0 )\d+ (?!\S*TLS)/m);
      }),
      { numRuns: 500 },
    );
  });

  it('that passes still passes once its addresses are hidden, and hiding again changes nothing', () => {
    fc.assert(
      fc.property(mutated, type, (sdp, as) => {
        const hidden = hideHostCandidates(sdp);
        expect(hideHostCandidates(hidden)).toBe(hidden);
        if (faultOf(sdp, as) === undefined) expect(faultOf(hidden, as)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});

describe('the largest SDP', () => {
  const start = 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\n';
  const fill = (line: string) => {
    const count = Math.min(1_990, Math.floor((64 * 1024 - start.length) / (line.length + 2)));
    return start + `${line}\r\n`.repeat(count);
  };

  // What takes milliseconds may take a second on a busy machine; what backtracks takes minutes.
  it.each([
    ['lines that match nothing', fill('a=zzzzzzzzzzzzzzzzzzzzzzzzzzz')],
    ['short lines', fill('a=')],
    ['long image attributes', fill(`a=imageattr:1 send ${'[x] '.repeat(1_000)}!`)],
    ['long simulcasts', fill(`a=simulcast:send ${'send'.repeat(1_000)}!`)],
    ['long media clocks', fill(`a=mediaclk:${' '.repeat(4_000)}`)],
    ['long floors', fill(`a=floorid:${' m'.repeat(2_000)}`)],
    ['groups that hold everything', fill(`a=group:BUNDLE ${'0 '.repeat(2_000)}`)],
  ])('with %s is refused within a second', (_, sdp) => {
    expect(Buffer.byteLength(sdp)).toBeLessThanOrEqual(64 * 1024);
    const startMs = performance.now();
    expect(faultOf(sdp, 'offer')).toBe('sdp: it has no media section that is not rejected');
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });
});
