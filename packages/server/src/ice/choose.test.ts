import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, chooseUrls } from './choose.ts';
import type { Health } from './health.ts';

const health = (state: Health['state'], allocateMs = 10): Health => ({ state, allocateMs, failures: 0, echoed: true });
const at = (url: string, state: Health['state'] = 'up', allocateMs?: number): Candidate => ({
  url,
  health: health(state, allocateMs),
});
const A = {
  udp: 'turn:a.test:3478?transport=udp',
  tcp: 'turn:a.test:3478?transport=tcp',
  tcp80: 'turn:a.test:80?transport=tcp',
  tls: 'turns:a.test:5349?transport=tcp',
  tls443: 'turns:a.test:443?transport=tcp',
};
const B = { udp: 'turn:b.test:3478?transport=udp', tls443: 'turns:b.test:443?transport=tcp' };

describe('[S3.1] the choice of TURN addresses', () => {
  it('has each transport once, on the ports that pass the most firewalls, before anything twice', () => {
    const all = [A.udp, A.tcp, A.tcp80, A.tls, A.tls443].map((url) => at(url));
    expect(chooseUrls(all, 3)).toEqual([A.udp, A.tcp80, A.tls443]);
    expect(chooseUrls(all, 4)).toEqual([A.udp, A.tcp80, A.tls443, A.tcp]);
  });

  it('leaves out what is down, and takes the next port of the same transport', () => {
    const some = [at(A.udp, 'down'), at(A.tcp80, 'down'), at(A.tcp), at(A.tls443, 'down'), at(A.tls)];
    expect(chooseUrls(some, 4)).toEqual([A.tcp, A.tls]);
  });

  it('prefers the server that answers sooner, and takes another machine for redundancy', () => {
    const both = [at(A.udp, 'up', 120), at(A.tls443, 'up', 120), at(B.udp, 'up', 20), at(B.tls443, 'up', 20)];
    expect(chooseUrls(both, 3)).toEqual([B.udp, B.tls443, A.udp]);
  });

  it('keeps the order of the configuration between equals', () => {
    expect(chooseUrls([at(B.udp, 'up', 11), at(A.udp, 'up', 10)], 1)).toEqual([B.udp]);
  });

  it('prefers what was seen to work over what was not probed yet', () => {
    expect(chooseUrls([at(A.udp, 'unknown'), at(B.udp)], 1)).toEqual([B.udp]);
  });

  it('leaves out TURN over DTLS, which no browser speaks', () => {
    expect(chooseUrls([at('turns:a.test:5349?transport=udp')], 4)).toEqual([]);
  });

  it('never exceeds the limit, never repeats, never hands out what is down', () => {
    const urls = [...Object.values(A), ...Object.values(B)];
    const states = fc.array(fc.constantFrom<Health['state']>('up', 'down', 'unknown'), {
      minLength: urls.length,
      maxLength: urls.length,
    });
    fc.assert(
      fc.property(states, fc.integer({ min: 1, max: 4 }), (given, max) => {
        const chosen = chooseUrls(
          urls.map((url, index) => at(url, given[index])),
          max,
        );
        const alive = urls.filter((_, index) => given[index] !== 'down');
        expect(new Set(chosen).size).toBe(chosen.length);
        expect(chosen.length).toBe(Math.min(max, alive.length));
        expect(chosen.every((url) => alive.includes(url))).toBe(true);
      }),
    );
  });
});
