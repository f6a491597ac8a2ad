import { describe, expect, it } from 'vitest';
import { placementOf } from './placement.ts';

describe('where coturn is placed', () => {
  it('listens on the public addresses that the name has, where an interface has them', () => {
    const own = ['203.0.113.5', '2001:db8::5', '10.0.0.5', '127.0.0.1'];
    expect(placementOf({ resolved: ['203.0.113.5', '2001:db8::5'], own, outgoing: ['203.0.113.5'] })).toEqual({
      addresses: ['203.0.113.5', '2001:db8::5'],
      external: [],
      frontAddress: '203.0.113.5',
    });
  });

  it('is told its public address where a NAT is in front of the machine', () => {
    const seen = { resolved: ['203.0.113.5'], own: ['10.0.0.5', 'fd00::5'], outgoing: ['10.0.0.5', 'fd00::5'] };
    expect(placementOf(seen)).toEqual({
      addresses: ['10.0.0.5'],
      external: [{ publicAddress: '203.0.113.5', privateAddress: '10.0.0.5' }],
      frontAddress: '10.0.0.5',
    });
  });

  it('gives each of its addresses one public one, however many the name has', () => {
    const seen = { resolved: ['203.0.113.5', '203.0.113.6'], own: ['10.0.0.5'], outgoing: ['10.0.0.5'] };
    expect(placementOf(seen)?.external).toEqual([{ publicAddress: '203.0.113.5', privateAddress: '10.0.0.5' }]);
  });

  it('takes the addresses that reach the world where nobody looked the name up', () => {
    const outgoing = ['2001:db8::5'];
    expect(placementOf({ resolved: [], own: outgoing, outgoing })).toEqual({
      addresses: outgoing,
      external: [],
      frontAddress: '2001:db8::5',
    });
  });

  it('knows a machine without an address', () => {
    expect(placementOf({ resolved: ['203.0.113.5'], own: ['127.0.0.1'], outgoing: [] })).toBeUndefined();
  });
});
