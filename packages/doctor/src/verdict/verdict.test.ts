import type { CheckRow, FindingCode } from '@anypath/protocol';
import { CHECKED_PATHS, FINDING_CODES } from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import { examined, HOME, instead, NO_UDP, row, TCP, TLS, TURN_WITHOUT_UDP, UDP, WEB } from './testing.ts';
import { verdictOf } from './verdict.ts';
import { DOCTOR_LANGUAGES, doctorLanguage, doctorWords, inWords } from './words/languages.ts';

const codesOf = (rows: readonly CheckRow[]): FindingCode[] =>
  verdictOf(examined(rows)).findings.map(({ code }) => code);
const first = (rows: readonly CheckRow[]) => verdictOf(examined(rows)).findings[0];
const failed = { outcome: 'failed' } as const;
const down = (url: string, reason: string) => ({ url, state: 'down', reason }) as const;

describe('the causes of failures', () => {
  it('are none where all is well', () => {
    expect(codesOf(HOME)).toEqual([]);
  });

  const cases: [string, readonly CheckRow[], FindingCode, 'sure' | 'likely' | 'guess'][] = [
    [
      'a name without an address',
      [
        { check: 'names', subject: 'rtc.example.com', ...failed, reason: 'unresolvable', ipv4: [], ipv6: [] },
        row.tcp({ ...failed, reason: 'unresolvable' }),
        row.web({ ...failed, reason: 'unresolvable' }),
      ],
      'name_unresolvable',
      'likely',
    ],
    [
      'a host that does not answer',
      [row.tcp({ ...failed, reason: 'timeout' }), row.web({ ...failed, reason: 'timeout' })],
      'host_unreachable',
      'likely',
    ],
    [
      'a port where nothing listens',
      [row.tcp({ ...failed, reason: 'refused' }), row.web({ ...failed, reason: 'refused' })],
      'server_refuses',
      'sure',
    ],
    [
      'a server that answers HTML',
      [row.tcp(), row.tls(), row.web({ ...failed, reason: 'not_anypath', status: 200 })],
      'not_anypath',
      'likely',
    ],
    [
      'an expired certificate',
      [
        row.tcp(),
        row.tls({ ...failed, reason: 'certificate_expired', daysLeft: -30 }),
        row.web({ ...failed, reason: 'certificate_expired' }),
      ],
      'certificate_expired',
      'sure',
    ],
    [
      'a certificate for another name',
      [
        row.tcp(),
        row.tls({ ...failed, reason: 'certificate_name' }),
        row.web({ ...failed, reason: 'certificate_name' }),
      ],
      'certificate_name',
      'sure',
    ],
    [
      'a certificate that nobody knows',
      [
        row.tcp(),
        row.tls({ ...failed, reason: 'certificate_untrusted' }),
        row.web({ ...failed, reason: 'certificate_untrusted' }),
      ],
      'certificate_untrusted',
      'likely',
    ],
    ['a certificate that ends soon', instead(HOME, row.tls({ daysLeft: 5 })), 'certificate_renewal', 'sure'],
    [
      'a captive portal',
      [
        row.tcp(),
        row.portal({ ...failed, reason: 'redirected', status: 302, location: 'login.example.net' }),
        row.web({ ...failed, reason: 'certificate_name' }),
      ],
      'captive_portal',
      'likely',
    ],
    [
      'a proxy that asks for a password',
      [
        row.proxy(),
        row.tcp({ ...failed, reason: 'timeout' }),
        row.web({ ...failed, reason: 'proxy_auth', viaProxy: true }),
      ],
      'proxy_auth',
      'sure',
    ],
    [
      'a proxy that refuses the server',
      [
        row.proxy(),
        row.tcp({ ...failed, reason: 'timeout' }),
        row.web({ ...failed, reason: 'proxy_refused', viaProxy: true }),
      ],
      'proxy_refuses',
      'sure',
    ],
    [
      'a proxy that is not there',
      [
        row.proxy(),
        row.tcp({ ...failed, reason: 'timeout' }),
        row.web({ ...failed, reason: 'refused', viaProxy: true }),
      ],
      'proxy_unreachable',
      'likely',
    ],
    [
      'a secret that does not match',
      instead(HOME, row.turn({ ...failed, reason: 'unauthorized' }), row.range()),
      'credentials_refused',
      'sure',
    ],
    [
      'the same, as the server itself finds',
      [...WEB, row.stun(), row.readiness([down(UDP, 'unauthorized')])],
      'credentials_refused',
      'sure',
    ],
    [
      'a clock that is behind',
      instead([...HOME, row.readiness([down(UDP, 'unauthorized')])], row.ice({ skewMs: -600_000 })),
      'clock_differs',
      'likely',
    ],
    [
      'a clock that is ahead, and harms nothing yet',
      instead(HOME, row.ice({ skewMs: 600_000 })),
      'clock_differs',
      'guess',
    ],
    [
      'UDP cut at the server, as it finds itself',
      [...WEB, ...NO_UDP, ...TURN_WITHOUT_UDP, row.readiness([down(UDP, 'timeout')])],
      'udp_blocked_server',
      'sure',
    ],
    [
      'UDP cut at the server, as another server shows',
      [...WEB, ...NO_UDP, ...TURN_WITHOUT_UDP, row.stun({ subject: 'stun:elsewhere.example.net', isReference: true })],
      'udp_blocked_server',
      'sure',
    ],
    [
      'UDP cut in this network',
      [...WEB, ...NO_UDP, ...TURN_WITHOUT_UDP, row.readiness([{ url: UDP, state: 'up' }])],
      'udp_blocked_here',
      'sure',
    ],
    ['UDP cut here or there', [...WEB, ...NO_UDP, ...TURN_WITHOUT_UDP], 'udp_blocked_somewhere', 'guess'],
    ['a closed relay range', instead(HOME, row.range({ ...failed, reason: 'timeout' })), 'relay_range_blocked', 'sure'],
    ['a relay behind NAT', instead(HOME, row.turn({ relayed: '10.99.0.2:50000' })), 'external_ip_missing', 'sure'],
    [
      'a relay without echo',
      instead(HOME, row.turn({ ...failed, reason: 'no_echo', received: 0 })),
      'turn_no_echo',
      'likely',
    ],
    [
      'a quota',
      instead(HOME, row.turn({ ...failed, reason: 'rejected', detail: '486 Allocation Quota Reached' })),
      'turn_rejected',
      'sure',
    ],
    [
      'a TURN port where nothing listens',
      [
        ...HOME,
        row.turn({
          subject: 'turn:turn.example.com:8080?transport=tcp',
          transport: 'tcp',
          port: 8080,
          ...failed,
          reason: 'refused',
        }),
      ],
      'turn_not_running',
      'sure',
    ],
    [
      'a TURN port that only the server reaches',
      [
        ...HOME,
        row.turn({ subject: TCP, transport: 'tcp', port: 80, ...failed, reason: 'timeout' }),
        row.readiness([{ url: TCP, state: 'up' }]),
      ],
      'turn_unreachable',
      'likely',
    ],
    ['private peers', [...HOME, row.peers(['10.0.0.1'])], 'peers_not_denied', 'sure'],
    [
      'Socket.IO that the front refuses',
      instead(
        HOME,
        row.socket('websocket', { ...failed, reason: 'not_anypath', status: 403 }),
        row.socket('polling', { ...failed, reason: 'not_anypath', status: 403 }),
      ),
      'socket_blocked',
      'sure',
    ],
    [
      'WebSocket alone',
      instead(HOME, row.socket('websocket', { ...failed, reason: 'timeout' }), row.socket('polling')),
      'websocket_blocked',
      'guess',
    ],
    [
      'no credentials',
      instead(
        HOME.filter(({ check }) => check !== 'turn' && check !== 'range'),
        row.ice({ outcome: 'unknown', reason: 'unauthenticated', source: 'public', urls: [] }),
      ),
      'credentials_missing',
      'sure',
    ],
    [
      'a token that the server refuses',
      instead(WEB, row.ice({ outcome: 'unknown', reason: 'unauthenticated', urls: [] })),
      'token_refused',
      'sure',
    ],
    ['loss', instead(HOME, row.turn({ received: 80 })), 'packet_loss', 'sure'],
    ['small packets', [...HOME, row.mtu(1000)], 'small_packets', 'likely'],
    [
      'an IPv6 address that does not answer',
      [...HOME, row.tcp({ subject: '[2001:db8::9]:443', ...failed, reason: 'timeout' })],
      'ipv6_fails',
      'likely',
    ],
    ['a symmetric NAT', instead(HOME, row.nat({ mapping: 'address-and-port-dependent' })), 'symmetric_nat', 'sure'],
    ['a run that was cut', [...HOME, row.portal({ outcome: 'unknown', reason: 'deadline' })], 'ended_early', 'sure'],
  ];
  it.each(cases)('[S7.7] %s', (_title, rows, code, sure) => {
    expect(first(rows)).toMatchObject({ code, sure });
  });

  it('gives the lines to write: the public and the private address for coturn', () => {
    const rows = [
      ...instead(HOME, row.turn({ relayed: '10.99.0.2:50000' })),
      row.names('turn.example.com', ['198.51.100.9']),
    ];
    const { findings } = verdictOf(examined(rows));
    const words = findings.map((each) => inWords(each, 'en').todo).join('\n');
    expect(words).toContain('external-ip=198.51.100.9/10.99.0.2');
  });

  it('does not take a relay of a company’s own network for one behind NAT', () => {
    const inside = row.turn({ relayed: '10.1.2.3:50000', mapped: '10.1.9.9:4000' });
    expect(codesOf(instead(HOME, inside))).toEqual([]);
  });

  it('says which is the cause and which follows from it', () => {
    const rows = instead([...HOME, row.readiness([down(UDP, 'unauthorized')])], row.ice({ skewMs: -600_000 }));
    expect(codesOf(rows)).toEqual(['clock_differs', 'credentials_expired']);
  });
});

describe('the status', () => {
  const statusOf = (rows: readonly CheckRow[]) => verdictOf(examined(rows)).status;
  it.each([
    ['all well', HOME, 'good'],
    [
      'no UDP, but TURN over TCP',
      [...WEB, ...NO_UDP, ...TURN_WITHOUT_UDP, row.readiness([{ url: UDP, state: 'up' }])],
      'good',
    ],
    ['TURN not tried', WEB, 'good'],
    [
      'the relay alone',
      [...WEB, ...NO_UDP, row.turn({ subject: TLS, transport: 'tls', ...failed, reason: 'timeout' })],
      'degraded',
    ],
    [
      'TURN alone',
      instead(HOME, row.socket('websocket', { ...failed, status: 403 }), row.socket('polling', failed)),
      'degraded',
    ],
    ['nothing', [row.tcp({ ...failed, reason: 'timeout' })], 'broken'],
  ] as [string, readonly CheckRow[], string][])('%s', (_title, rows, status) => {
    expect(statusOf(rows)).toBe(status);
  });

  it('of TURN servers alone depends on them alone', () => {
    const target = { kind: 'turn', uris: [UDP, TCP] } as const;
    const of = (...rows: CheckRow[]) => verdictOf(examined(rows, { target: { ...target, uris: [...target.uris] } }));
    expect(of(row.turn(), row.turn({ subject: TCP, transport: 'tcp' })).status).toBe('good');
    expect(of(row.turn(), row.turn({ subject: TCP, transport: 'tcp', ...failed, reason: 'timeout' })).status).toBe(
      'degraded',
    );
    expect(of(row.turn({ ...failed, reason: 'unauthorized' })).status).toBe('broken');
    expect(of(row.turn()).paths.map(({ path }) => path)).toEqual(CHECKED_PATHS.slice(0, 4));
  });
});

describe('the words', () => {
  const params = {
    host: 'h',
    port: 1,
    days: 2,
    minutes: 3,
    direction: 'behind',
    uri: UDP,
    setting: 'TURN_SECRET',
    status: 403,
  };
  it.each(DOCTOR_LANGUAGES)('in %s have a cause and something to do for every finding, without gaps', (language) => {
    const weight = { severity: 'problem', who: 'operator', sure: 'sure' } as const;
    const gaps = {
      issuer: 'i',
      names: 'n',
      proxy: 'p',
      url: 'u',
      location: 'l',
      transport: 'tcp',
      detail: 'd',
      private: 'a',
      public: 'b',
      peers: 'c',
      percent: 9,
      bytes: 9,
      checks: 1,
      address: 'x',
    };
    for (const code of FINDING_CODES) {
      const { cause, todo } = inWords({ code, ...weight, params: { ...params, ...gaps } }, language);
      expect(`${cause}\n${todo}`).not.toMatch(/undefined|\[object|NaN/);
      expect(cause.length).toBeGreaterThan(15);
      expect(todo.length).toBeGreaterThan(3);
    }
  });

  it('differ between the languages', () => {
    expect(doctorWords('en').status).not.toEqual(doctorWords('es').status);
  });

  it.each([
    [['es-MX'], 'es'],
    [['es_ES.UTF-8'], 'es'],
    [['fr-FR', 'es'], 'es'],
    [['C'], 'en'],
    [[], 'en'],
  ] as [string[], string][])('of %j are in %s', (tags, language) => {
    expect(doctorLanguage(tags)).toBe(language);
  });
});
