import { describe, expect, it } from 'vitest';
import { createLocalBus } from '../bus/local.ts';
import { type Ring, Rings } from './rings.ts';

const a1 = { wallet: 'alice', deviceId: 'a1' };
const b1 = { wallet: 'bob', deviceId: 'b1' };
const b2 = { wallet: 'bob', deviceId: 'b2' };

describe('the calls that ring', () => {
  it('[SG10] are taken by the device that answers first, and by no other', () => {
    const rings = new Rings(createLocalBus().notes);
    rings.offered(a1, 'bob', 's1', 'call');
    expect(rings.answered(b1, 'alice', 'call')).toMatchObject({ signalId: 's1', convId: 'alice:bob' });
    expect(rings.answered(b2, 'alice', 'call')).toBe('taken');
    expect(rings.answered(b1, 'alice', 'call'), 'an answer to a later offer of the same call').toBeUndefined();
  });

  it('[SG11] lead the signals of the called to the caller, and those of the caller to who answered', () => {
    const rings = new Rings(createLocalBus().notes);
    rings.offered(a1, 'bob', 's1', 'call');
    expect(rings.deviceFor(a1, 'bob', 'call'), 'it rings everywhere').toBeUndefined();
    expect(rings.deviceFor(b2, 'alice', 'call')).toBe('a1');
    rings.answered(b2, 'alice', 'call');
    expect(rings.deviceFor(a1, 'bob', 'call')).toBe('b2');
  });

  it('[SG11] keep their device when they are offered again under their name', () => {
    const rings = new Rings(createLocalBus().notes);
    rings.offered(a1, 'bob', 's1', 'call');
    rings.answered(b2, 'alice', 'call');
    rings.offered(a1, 'bob', 's2', 'call');
    expect(rings.deviceFor(a1, 'bob', 'call')).toBe('b2');
  });

  it('[SG12] are new with each offer where they have no name', () => {
    const rings = new Rings(createLocalBus().notes);
    rings.offered(a1, 'bob', 's1', undefined);
    rings.answered(b1, 'alice', undefined);
    rings.offered(a1, 'bob', 's2', undefined);
    expect(rings.answered(b2, 'alice', undefined)).toMatchObject({ signalId: 's2' });
  });

  it('[SG12] are told apart by their names, and say nothing where two nameless ones cross', () => {
    const rings = new Rings(createLocalBus().notes);
    rings.offered(a1, 'bob', 's1', 'one');
    rings.offered(b1, 'alice', 's2', 'two');
    expect(rings.deviceFor(b2, 'alice', 'one')).toBe('a1');
    rings.offered(a1, 'bob', 's3', undefined);
    rings.offered(b1, 'alice', 's4', undefined);
    expect(rings.deviceFor(a1, 'bob', undefined)).toBeUndefined();
  });

  it('are forgotten when they end', () => {
    const rings = new Rings(createLocalBus().notes);
    rings.offered(a1, 'bob', 's1', 'call');
    const ring = rings.find('alice', 'bob', 'call') as Ring;
    rings.ended(ring);
    expect(rings.answered(b1, 'alice', 'call')).toBeUndefined();
  });
});
