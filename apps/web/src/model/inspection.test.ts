import type { LinkStats, TraceEntry } from '@anypath/client';
import { describe, expect, it } from 'vitest';
import { candidateTexts, inspectionText } from './inspection.ts';

const none = { sent: 0, sentBytes: 0, resent: 0, received: 0, receivedBytes: 0 };
const stats: LinkStats = {
  path: 'relay',
  roundTripMs: { relay: 12 },
  loss: 0,
  traffic: { direct: none, turn: none, relay: { ...none, sent: 1, sentBytes: 5 }, mailbox: none },
  waiting: 0,
};
const trace: TraceEntry[] = [
  { event: 'path', from: 'none', to: 'relay', because: 'presence', at: 0, clockMs: 1 },
  { event: 'overdue', path: 'relay', messages: 2, at: 1_500, clockMs: 1_501 },
];

describe('what is copied of a connection', () => {
  it('[S6.3] has the numbers, then an event a line, the oldest first', () => {
    const text = inspectionText({ stats, trace });
    const [numbers, events] = [text.slice(0, text.indexOf('\n}\n') + 2), text.slice(text.indexOf('\n}\n') + 3)];
    expect(JSON.parse(numbers)).toEqual(stats);
    expect(events.split('\n')).toEqual([
      '1970-01-01T00:00:00.000Z path {"from":"none","to":"relay","because":"presence"}',
      '1970-01-01T00:00:01.500Z overdue {"path":"relay","messages":2}',
      '',
    ]);
  });

  it('counts candidates of a kind', () => {
    const counts = [
      { type: 'host', protocol: 'udp', count: 2 },
      { type: 'relay', protocol: 'udp', relayProtocol: 'tls', count: 1 },
    ] as const;
    expect(candidateTexts(counts)).toEqual(['host udp × 2', 'relay udp (TURN over tls)']);
  });
});
