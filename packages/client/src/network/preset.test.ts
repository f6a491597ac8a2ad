import type { CandidateCount, RtcReport } from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import { observed } from '../rtc/observed.ts';
import { ordered } from '../rtc/ordered.ts';
import { Network } from './network.ts';
import { type NetworkFacts, type NetworkPreset, presetOf } from './preset.ts';

const host = { type: 'host', protocol: 'udp', count: 1 } as const;
const srflx = { type: 'srflx', protocol: 'udp', count: 1 } as const;
const relay = (relayProtocol?: 'udp' | 'tcp' | 'tls'): CandidateCount => ({
  type: 'relay',
  protocol: 'udp',
  count: 1,
  ...(relayProtocol && { relayProtocol }),
});

/** How an attempt went, with what this side found. */
const attempt = (outcome: RtcReport['outcome'], local: readonly CandidateCount[], isRelayed = false): RtcReport => ({
  outcome,
  role: 'offer',
  browser: 'chromium',
  ms: 100,
  candidates: { local, remote: [] },
  ...(outcome === 'opened' && {
    tier: isRelayed ? 'turn' : 'direct',
    pair: { local: isRelayed ? { type: 'relay', protocol: 'udp' } : { type: 'host', protocol: 'udp' }, remote: host },
  }),
});

describe('the class of a network', () => {
  it.each<[NetworkPreset, string, RtcReport[], NetworkFacts]>([
    ['home', 'nothing is known', [], {}],
    ['home', 'a STUN server answered', [attempt('opened', [host, srflx])], {}],
    ['home', 'a TURN server was reached over UDP', [attempt('opened', [host, relay('udp'), relay('tls')], true)], {}],
    ['corporate', 'a TURN server was reached, and over TCP alone', [attempt('opened', [host, relay('tcp')], true)], {}],
    ['corporate', 'the same came to nothing', [attempt('failed', [host, relay('tls')])], {}],
    ['ultra', 'nothing came back at all', [attempt('failed', [host])], {}],
    ['home', 'somebody on the same network was there before anything came back', [attempt('opened', [host])], {}],
    ['home', 'nobody waited for what could have come back', [attempt('abandoned', [host])], {}],
    ['home', 'UDP worked before', [attempt('opened', [srflx]), attempt('failed', [host])], {}],
    ['home', 'UDP works after all', [attempt('failed', [host]), attempt('opened', [srflx])], {}],
    [
      'home',
      'the browser does not say how the TURN server was reached',
      [attempt('opened', [host, relay()], true)],
      {},
    ],
    ['mobile', 'the browser says so', [attempt('opened', [host, srflx])], { isCellular: true }],
    ['ultra', 'a mobile network lets nothing through', [attempt('failed', [host])], { isCellular: true }],
  ])('[S3.2] is %s where %s', (preset, _why, reports, known) => {
    expect(presetOf(reports.reduce((before, report) => observed(before, report, true), known))).toBe(preset);
  });

  it('[S3.2] puts the TURN addresses first that pass its firewall, and leaves none out', () => {
    const urls = ['turn:t.example:3478', 'turn:t.example:80?transport=tcp', 'turns:t.example:443?transport=tcp'];
    const servers = [{ urls: 'stun:s.example' }, { urls, username: 'u', credential: 'c' }];
    const urlsOf = (preset: NetworkPreset) => ordered(servers, preset).map((server) => [server.urls].flat());
    expect(urlsOf('home')).toEqual([['stun:s.example'], urls]);
    expect(urlsOf('mobile')).toEqual([['stun:s.example'], urls]);
    for (const preset of ['corporate', 'ultra'] as const) {
      expect(urlsOf(preset)).toEqual([['stun:s.example'], urls.toReversed()]);
    }
    expect(ordered(servers, 'corporate')[1]).toMatchObject({ username: 'u', credential: 'c' });
  });
});

const blocked = (before: NetworkFacts) => observed(before, attempt('failed', [host]), true);

describe('what is known of a network', () => {
  it('[S3.2] decides from then on, and is told', () => {
    const network = new Network('auto');
    const told: string[] = [];
    network.on('changed', (preset) => told.push(preset));
    network.learn(blocked);
    network.learn(blocked);
    expect(told).toEqual(['ultra']);
    network.forget();
    expect(told).toEqual(['ultra', 'home']);
  });

  it('is nothing where there was no TURN server to reach', () => {
    const network = new Network('auto');
    network.learn((before) => observed(before, attempt('failed', [host]), false));
    expect(network.preset).toBe('home');
  });

  it('does not count where the application has chosen', () => {
    const network = new Network('mobile');
    network.learn(blocked);
    network.forget();
    expect(network.preset).toBe('mobile');
    expect(network.keepaliveMs).toBeLessThan(new Network('auto').keepaliveMs);
  });
});
