import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSdp } from './check-sdp.ts';
import { fixture, fixtures } from './fixtures.ts';
import { hideCandidate, hideHostCandidates } from './hide.ts';

const RELAY = 'candidate:1 1 udp 58597631 198.51.100.7 50592 typ relay raddr 192.0.2.10 rport 39048 generation 0';
const HIDDEN = 'candidate:1 1 udp 58597631 198.51.100.7 50592 typ relay raddr 0.0.0.0 rport 9 generation 0';

describe('hideCandidate', () => {
  it.each([
    ['the end of candidates', '', ''],
    ['a relay candidate, with its related address hidden', RELAY, HIDDEN],
    ['the same as a line of SDP', `a=${RELAY}`, `a=${HIDDEN}`],
    ['with a related address of IPv6', RELAY.replace('192.0.2.10', '2001:db8::10'), HIDDEN.replace('0.0.0.0', '::')],
    ['with a related address by name', RELAY.replace('192.0.2.10', 'x.local'), HIDDEN],
    ['with two related addresses', `${RELAY} raddr 192.0.2.11 rport 7`, `${HIDDEN} raddr 0.0.0.0 rport 9`],
    [
      'without a related address',
      'candidate:1 1 udp 1 198.51.100.7 5 typ relay',
      'candidate:1 1 udp 1 198.51.100.7 5 typ relay',
    ],
  ])('passes on %s', (_, candidate, hidden) => {
    expect(hideCandidate(candidate)).toBe(hidden);
  });

  it.each([
    ['a host candidate', 'candidate:1 1 udp 1 192.0.2.10 5 typ host'],
    ['a host candidate by its mDNS name', 'candidate:1 1 udp 1 f1fbedca-4f2a-48d1-b37b-6929262289fa.local 5 typ host'],
    ['a server-reflexive candidate', 'candidate:1 1 udp 1 203.0.113.20 5 typ srflx raddr 0.0.0.0 rport 0'],
    ['a peer-reflexive candidate', 'candidate:1 1 udp 1 203.0.113.20 5 typ prflx raddr 0.0.0.0 rport 0'],
    ['a host candidate that also says relay', 'candidate:1 1 udp 1 192.0.2.10 5 typ host typ relay'],
    ['a relay candidate in capital letters', RELAY.replace('relay', 'RELAY')],
    ['a relay candidate with a second line', `${RELAY}\r\na=candidate:2 1 udp 1 192.0.2.10 5 typ host`],
    ['a malformed one', 'candidate:typ relay'],
  ])('keeps back %s', (_, candidate) => {
    expect(hideCandidate(candidate)).toBeUndefined();
  });
});

describe('hideHostCandidates', () => {
  it.each(fixtures())('leaves no address of the client in $name, which still passes', ({ type, sdp }) => {
    const hidden = hideHostCandidates(sdp);
    expect(hidden).not.toMatch(/192\.0\.2\.10|203\.0\.113\.20|2001:db8|\.local/);
    expect(checkSdp(hidden, type)).toEqual(checkSdp(sdp, type));
  });

  it('changes nothing else in SDP of Chromium with relay candidates', () => {
    const { sdp } = fixture('chromium-data-relay-offer');
    const expected = sdp
      .replace('m=application 50592 ', 'm=application 9 ')
      .replace('c=IN IP4 198.51.100.7', 'c=IN IP4 0.0.0.0')
      .replace(/a=candidate:.* typ host.*\r\n/g, '')
      .replace(/raddr \S+ rport \d+/g, 'raddr 0.0.0.0 rport 9');
    expect(hideHostCandidates(sdp)).toBe(expected);
    expect(expected.match(/typ relay/g)).toHaveLength(2);
  });

  it.each(['chromium-data-trickle-offer', 'firefox-data-trickle-offer', 'firefox-media-restart-offer'])(
    'returns %s, which has no address, byte for byte',
    (name) => {
      const { sdp } = fixture(name);
      expect(hideHostCandidates(sdp)).toBe(sdp);
    },
  );

  it.each([
    ['o=- 1 2 IN IP4 192.0.2.10', 'o=- 1 2 IN IP4 0.0.0.0'],
    ['o=- 1 2 IN IP6 2001:db8::10', 'o=- 1 2 IN IP6 ::'],
    ['o=- 1 2 IN IP4 host.example.com', 'o=- 1 2 IN IP4 0.0.0.0'],
    ['o=malformed 192.0.2.10', 'o=- 0 0 IN IP4 0.0.0.0'],
    ['o=- 1 2 IN IP4 127.0.0.1', 'o=- 1 2 IN IP4 127.0.0.1'],
    ['o=- 1 2 IN IP6 ::1', 'o=- 1 2 IN IP6 ::1'],
    ['c=IN IP4 192.0.2.10', 'c=IN IP4 0.0.0.0'],
    ['c=IN IP6 2001:db8::10', 'c=IN IP6 ::'],
    ['c=192.0.2.10', 'c=IN IP4 0.0.0.0'],
    ['m=audio 50227 UDP/TLS/RTP/SAVPF 111', 'm=audio 9 UDP/TLS/RTP/SAVPF 111'],
    ['m=audio 0 UDP/TLS/RTP/SAVPF 111', 'm=audio 0 UDP/TLS/RTP/SAVPF 111'],
    ['a=rtcp:51165 IN IP4 192.0.2.10', 'a=rtcp:9 IN IP4 0.0.0.0'],
    ['a=rtcp:51165 IN IP6 2001:db8::10', 'a=rtcp:9 IN IP6 ::'],
    ['a=rtcp:51165', 'a=rtcp:9'],
    ['a=rtcp-mux', 'a=rtcp-mux'],
    ['a=end-of-candidates', 'a=end-of-candidates'],
  ])('makes of %s: %s', (line, hidden) => {
    expect(hideHostCandidates(`v=0\r\n${line}\r\n`)).toBe(`v=0\r\n${hidden}\r\n`);
  });

  it('keeps the line ends of any text, and lets no candidate but relay candidates through', () => {
    const text = fc.array(
      fc.tuple(
        fc.constantFrom(`a=${RELAY}`, 'a=candidate:1 1 udp 1 192.0.2.10 5 typ host', 'a=Candidate:x', 's=-'),
        fc.constantFrom('\r\n', '\n', '\r'),
      ),
    );
    fc.assert(
      fc.property(text, (lines) => {
        const expected = lines
          .filter(([line]) => !/^a=candidate/i.test(line) || line.includes('relay'))
          .map(([line, end]) => (line.includes('relay') ? `a=${HIDDEN}` : line) + end);
        expect(hideHostCandidates(lines.map((line) => line.join('')).join(''))).toBe(expected.join(''));
      }),
    );
  });
});
