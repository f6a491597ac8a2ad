import { describe, expect, it } from 'vitest';
import { browserFamily } from './browser-family.ts';
import { CandidateCounts, factsOf, factsOfLine } from './candidates.ts';

describe('candidates', () => {
  it.each([
    ['candidate:1 1 udp 2122 10.0.0.2 5000 typ host generation 0', { type: 'host', protocol: 'udp' }],
    ['candidate:2 1 UDP 1686 203.0.113.7 5001 typ srflx raddr 0.0.0.0 rport 0', { type: 'srflx', protocol: 'udp' }],
    ['a=candidate:3 1 tcp 1518 10.0.0.2 9 typ host tcptype active', { type: 'host', protocol: 'tcp' }],
    ['candidate:4 1 TCP 25 203.0.113.9 5002 typ relay raddr 0.0.0.0 rport 0', { type: 'relay', protocol: 'udp' }],
    ['', undefined],
    ['candidate:5 1 udp 1 10.0.0.2 1 typ other', undefined],
    [undefined, undefined],
  ])('of the line %j are of a kind', (line, facts) => {
    expect(factsOfLine(line)).toEqual(facts);
  });

  it.each([
    ['Chromium', { type: 'relay', protocol: 'udp', relayProtocol: 'tls' }, 'tls'],
    ['Firefox', { type: 'relay', protocol: 'tcp', relayProtocol: 'tls' }, 'tls'],
    ['a browser that does not say', { type: 'relay', protocol: 'udp', relayProtocol: null }, undefined],
  ])('[S6.3] relayed through TLS are the same in %s', (_who, raw, relayProtocol) => {
    expect(factsOf(raw)).toEqual({ type: 'relay', protocol: 'udp', ...(relayProtocol && { relayProtocol }) });
  });

  it('are counted by kind', () => {
    const counts = new CandidateCounts();
    counts.add({ type: 'host', protocol: 'udp' });
    counts.add({ type: 'relay', protocol: 'udp', relayProtocol: 'tcp' });
    counts.add({ type: 'host', protocol: 'udp' });
    expect(counts.list()).toEqual([
      { type: 'host', protocol: 'udp', count: 2 },
      { type: 'relay', protocol: 'udp', relayProtocol: 'tcp', count: 1 },
    ]);
  });
});

describe('the family of a browser', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0', 'firefox'],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
      'chromium',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
      'safari',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/156.0 Mobile/15E148 Safari/604.1',
      'safari',
    ],
    ['Node.js/24', 'other'],
  ])('is told by %s', (agent, family) => {
    expect(browserFamily(agent)).toBe(family);
  });
});
