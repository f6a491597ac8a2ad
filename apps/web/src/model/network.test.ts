import { describe, expect, it } from 'vitest';
import { addressWith, initialNetwork, rtcOf } from './network.ts';

describe('the choice of networks', () => {
  it.each([
    ['?network=turn', 'relay', 'turn'],
    ['?network=carrier-pigeon', 'relay', 'relay'],
    ['', 'turn', 'turn'],
    ['', 'something else', 'auto'],
    ['', null, 'auto'],
  ])('with the address %j and %j kept is %s', (query, stored, expected) => {
    expect(initialNetwork(query, stored)).toBe(expected);
  });

  it('turns WebRTC off, or to TURN alone', () => {
    expect([rtcOf('auto'), rtcOf('turn'), rtcOf('relay')]).toEqual([true, { iceTransportPolicy: 'relay' }, false]);
  });

  it('replaces the choice in an address that names one, and leaves other addresses alone', () => {
    expect(addressWith('http://localhost/?network=turn&x=1', 'relay')).toBe('http://localhost/?network=relay&x=1');
    expect(addressWith('http://localhost/', 'relay')).toBeUndefined();
  });
});
