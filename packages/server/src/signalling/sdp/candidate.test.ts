import { AnypathError } from '@anypath/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCandidate } from './candidate.ts';
import { fixtures } from './fixtures.ts';

const RELAY = 'candidate:1 1 udp 58597631 198.51.100.7 50592 typ relay raddr 192.0.2.10 rport 39048 generation 0';

const lines = fixtures().flatMap(({ sdp }) => sdp.match(/^a=candidate:.*(?=\r)/gm) ?? []);

const FORM = 'candidate: it is neither empty nor as RFC 8839, section 5.1, has it';
const CONTROL = 'candidate: it holds a control character or a line end';

describe('a candidate', () => {
  it('of a real Chromium or Firefox passes, as its event and as its line of SDP', () => {
    expect(lines.length).toBeGreaterThan(50);
    for (const line of lines) {
      expect(() => checkCandidate(line)).not.toThrow();
      expect(() => checkCandidate(line.slice('a='.length))).not.toThrow();
    }
  });

  it.each([
    ['the empty one that ends them', ''],
    ['a name of mDNS', 'candidate:0 1 UDP 2122187007 f1fbedca-4f2a-48d1-b37b-6929262289fa.local 46277 typ host'],
    ['IPv6', 'candidate:1 1 udp 2122262783 2001:db8::10 38117 typ host'],
    ['a name of DNS', 'candidate:1 1 udp 1 turn.example.com 443 typ relay'],
    ['TCP', 'candidate:4 1 TCP 2105458943 192.0.2.10 9 typ host tcptype active'],
    ['the user fragment', `${RELAY} ufrag akW5 network-id 1 network-cost 10`],
    ['an extension that nobody knows', `${RELAY} x-future 1`],
    ['an extension without a value', `${RELAY} x-future `],
    ['a foundation in letters', 'candidate:udpcandidate 1 udp 1076558079 203.0.113.9 40000 typ host'],
    ['a type that nobody knows', 'candidate:1 1 udp 1 192.0.2.10 1 typ later'],
  ])('[SG17] passes: %s', (_, candidate) => {
    expect(() => checkCandidate(candidate)).not.toThrow();
  });

  it.each([
    ['a second line', CONTROL, `${RELAY}\r\na=setup:active`],
    ['a line feed at its end', CONTROL, `${RELAY}\n`],
    ['NUL', CONTROL, `${RELAY}\0`],
    ['a tabulator', CONTROL, RELAY.replace(' ', '\t')],
    ['over 2 KiB', 'candidate: it is over 2048 bytes', `${RELAY} x ${'x'.repeat(2_048)}`],
    ['prose', FORM, 'hello'],
    ['another attribute', FORM, 'a=setup:active'],
    ['a space before it', FORM, ` ${RELAY}`],
    ['two spaces inside', FORM, RELAY.replace(' ', '  ')],
    ['a character beyond ASCII', FORM, `${RELAY} x \u2028`],
    ['no type', FORM, 'candidate:1 1 udp 1 192.0.2.10 1'],
    ['a name without a value after it', FORM, `${RELAY} generation`],
    ['an IPv4 address out of bounds', FORM, RELAY.replace('198.51.100.7', '198.51.100.777')],
    ['half an IPv6 address', FORM, RELAY.replace('198.51.100.7', '2001:db8')],
    ['a port out of bounds', FORM, RELAY.replace('50592', '65536')],
    ['a component out of bounds', FORM, RELAY.replace(' 1 ', ' 257 ')],
    ['a priority out of bounds', FORM, RELAY.replace('58597631', '4294967296')],
  ])('[SG17] is refused: %s', (_, message, candidate) => {
    expect(() => checkCandidate(candidate)).toThrow(new AnypathError('invalid_payload', message));
  });

  it('of any text passes or is refused with invalid_payload, and what passes is one line', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.constantFrom(...lines), fc.nat(), fc.string({ unit: 'binary', maxLength: 4 }))
        .map(([line, at, piece]) => {
          const cut = at % (line.length + 1);
          return line.slice(0, cut) + piece + line.slice(cut);
        }),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        try {
          checkCandidate(candidate);
        } catch (error) {
          expect(error).toMatchObject({ name: 'AnypathError', code: 'invalid_payload' });
          return;
        }
        expect(candidate).toMatch(/^[ -~]*$/);
      }),
      { numRuns: 500 },
    );
  });
});
