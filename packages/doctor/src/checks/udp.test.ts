import { describe, expect, it } from 'vitest';
import type { Sight } from '../net/vantage.ts';
import { mappingOf } from './udp.ts';

const at = (address: string, port: number) => ({ address, port });
const sight = (to: [string, number], mapped: [string, number]): Sight => ({
  to: at(...to),
  mapped: at(...mapped),
  other: undefined,
});
const OWN = new Set(['10.0.0.2', '203.0.113.50']);

describe('the mapping of a port (RFC 4787 section 4.1)', () => {
  it.each<[string, Sight[], string]>([
    ['our own address', [sight(['198.51.100.1', 3478], ['203.0.113.50', 5000])], 'none'],
    ['a single destination', [sight(['198.51.100.1', 3478], ['203.0.113.7', 5000])], 'unknown'],
    [
      'the same destination twice',
      [sight(['198.51.100.1', 3478], ['203.0.113.7', 5000]), sight(['198.51.100.1', 3478], ['203.0.113.7', 5000])],
      'unknown',
    ],
    [
      'one port for two ports',
      [sight(['198.51.100.1', 3478], ['203.0.113.7', 5000]), sight(['198.51.100.1', 50000], ['203.0.113.7', 5000])],
      'endpoint-independent',
    ],
    [
      'another port for each port',
      [sight(['198.51.100.1', 3478], ['203.0.113.7', 5000]), sight(['198.51.100.1', 50000], ['203.0.113.7', 5001])],
      'address-and-port-dependent',
    ],
    [
      'another port for each address alone',
      [
        sight(['198.51.100.1', 3478], ['203.0.113.7', 5000]),
        sight(['198.51.100.1', 3479], ['203.0.113.7', 5000]),
        sight(['198.51.100.2', 3478], ['203.0.113.7', 5001]),
      ],
      'address-dependent',
    ],
    [
      'another address of a pool',
      [sight(['198.51.100.1', 3478], ['203.0.113.7', 5000]), sight(['198.51.100.2', 3478], ['203.0.113.8', 5000])],
      'address-and-port-dependent',
    ],
    ['nothing', [], 'unknown'],
  ])('is seen from %s', (_title, sights, mapping) => {
    expect(mappingOf(sights, OWN)).toBe(mapping);
  });
});
