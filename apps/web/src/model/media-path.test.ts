import { describe, expect, it } from 'vitest';
import { mediaFacts } from './media-path.ts';

/** A report as browsers give it; the fields that are read. */
const report = (...stats: readonly Readonly<Record<string, unknown>>[]): RTCStatsReport =>
  new Map(stats.map((one, index) => [String(one['id'] ?? index), one])) as unknown as RTCStatsReport;

const transport = { type: 'transport', selectedCandidatePairId: 'pair' };
const pair = { id: 'pair', type: 'candidate-pair', localCandidateId: 'here', remoteCandidateId: 'there' };
const here = (candidateType: string, more = {}) => ({
  id: 'here',
  type: 'local-candidate',
  candidateType,
  protocol: 'udp',
  ...more,
});
const there = (candidateType: string, port = 9) => ({ id: 'there', type: 'remote-candidate', candidateType, port });

describe('the path of media, from the statistics of a browser', () => {
  it('is not known before a pair is chosen', () => {
    expect(mediaFacts(report({ ...pair, state: 'in-progress' }, here('host'), there('host'))).path).toBeUndefined();
  });

  it('is direct between two hosts, with its round trip in milliseconds', () => {
    const found = mediaFacts(report(transport, { ...pair, currentRoundTripTime: 0.012 }, here('host'), there('srflx')));
    expect(found.path).toEqual({ tier: 'direct', protocol: 'udp', rttMs: 12 });
  });

  it.each(['udp', 'tcp', 'tls'])('is TURN over %s by a relay of ours', (relayProtocol) => {
    const found = mediaFacts(report(transport, pair, here('relay', { relayProtocol }), there('srflx')));
    expect(found.path).toEqual({ tier: 'turn', protocol: relayProtocol });
  });

  it('is TURN by a relay of theirs', () => {
    expect(mediaFacts(report(transport, pair, here('host'), there('relay'))).path?.tier).toBe('turn');
  });

  it('is TURN where a relay of theirs shows up as peer-reflexive', () => {
    const relay = { type: 'remote-candidate', candidateType: 'relay', port: 9 };
    expect(mediaFacts(report(transport, pair, here('host'), there('prflx'), relay)).path?.tier).toBe('turn');
    expect(mediaFacts(report(transport, pair, here('host'), there('prflx', 8), relay)).path?.tier).toBe('direct');
  });

  it('is found in Firefox, which marks the pair itself', () => {
    const marked = { ...pair, nominated: true, state: 'succeeded' };
    expect(mediaFacts(report(marked, here('host'), there('host'))).path?.tier).toBe('direct');
  });

  it('comes with all bytes that have arrived', () => {
    const streams = [
      { type: 'inbound-rtp', bytesReceived: 5 },
      { type: 'inbound-rtp', bytesReceived: 7 },
      { type: 'outbound-rtp', bytesSent: 9 },
    ];
    expect(mediaFacts(report(...streams)).bytesIn).toBe(12);
  });
});
