import type { CheckRow, NetworkClass } from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import { examined, HOME, instead, NO_UDP, row, TCP, TLS, TURN_WITHOUT_UDP, UDP, WEB } from './testing.ts';
import { verdictOf } from './verdict.ts';

const proxied = { viaProxy: true } as const;
const BEHIND_PROXY: readonly CheckRow[] = [
  row.proxy(),
  row.tcp({ outcome: 'failed', reason: 'timeout' }),
  row.web(proxied),
  row.ice(),
  row.socket('websocket', proxied),
  row.socket('polling', proxied),
  ...NO_UDP,
];
const INTERCEPTED: readonly CheckRow[] = [
  ...BEHIND_PROXY,
  row.tls({ ...proxied, publicRoot: false, issuer: 'Company' }),
  row.tls({ ...proxied, publicRoot: false, issuer: 'Company', subject: 'turns.example.com:443' }),
  row.turn({ subject: TCP, transport: 'tcp', port: 80, ...proxied, outcome: 'failed', reason: 'proxy_refused' }),
  row.turn({ subject: TLS, transport: 'tls', port: 443, ...proxied, outcome: 'failed', reason: 'timeout' }),
];
const udpIs = (state: 'up' | 'down') => row.readiness([{ url: UDP, state }]);

describe('the class of a network', () => {
  const cases: [string, readonly CheckRow[], NetworkClass, string][] = [
    [
      'no translation, and packets come in unasked',
      instead(HOME, row.nat({ mapping: 'none', filtering: 'none' })),
      'open',
      'sure',
    ],
    [
      'no translation, filtering not known',
      instead(HOME, row.nat({ mapping: 'none', filtering: 'unknown' })),
      'open',
      'likely',
    ],
    [
      'no translation, but a firewall',
      instead(HOME, row.nat({ mapping: 'none', filtering: 'filtered' })),
      'home',
      'sure',
    ],
    ['one port for all destinations', HOME, 'home', 'sure'],
    ['one port, as far as a single destination shows', instead(HOME, row.nat({ observations: 1 })), 'home', 'guess'],
    [
      'a port for each destination',
      instead(HOME, row.nat({ mapping: 'address-and-port-dependent' })),
      'mobile',
      'sure',
    ],
    ['a port for each address', instead(HOME, row.nat({ mapping: 'address-dependent' })), 'mobile', 'sure'],
    [
      'no UDP, though the server reaches its own',
      [...WEB, ...NO_UDP, ...TURN_WITHOUT_UDP, udpIs('up')],
      'corporate',
      'sure',
    ],
    ['no UDP, and nobody to compare with', [...WEB, ...NO_UDP, ...TURN_WITHOUT_UDP], 'corporate', 'likely'],
    ['no UDP, nor for the server itself', [...WEB, ...NO_UDP, ...TURN_WITHOUT_UDP, udpIs('down')], 'unknown', 'guess'],
    [
      'a proxy that tunnels TURN',
      [...BEHIND_PROXY, row.turn({ subject: TLS, transport: 'tls', port: 443, ...proxied })],
      'proxy-only',
      'sure',
    ],
    [
      'a proxy, TURN not tried',
      BEHIND_PROXY.filter(({ check }) => check !== 'turn' && check !== 'stun'),
      'proxy-only',
      'guess',
    ],
    ['a proxy that reads TLS', INTERCEPTED, 'ultra-restrictive', 'sure'],
    [
      'nothing gets through',
      [row.tcp({ outcome: 'failed', reason: 'timeout' }), row.web({ outcome: 'failed', reason: 'timeout' })],
      'unknown',
      'guess',
    ],
  ];
  it.each(cases)('%s', (_title, rows, name, sure) => {
    expect(verdictOf(examined(rows)).network).toMatchObject({ class: name, sure });
  });

  it('takes a refusal over UDP for proof that UDP passes', () => {
    const rows = [...WEB, row.turn({ outcome: 'failed', reason: 'unauthorized' }), row.addresses(), row.stun()];
    expect(verdictOf(examined(rows)).network.class).toBe('home');
  });

  it('is said with less certainty from a browser, which sees no proxy', () => {
    const classOf = (rows: readonly CheckRow[]) => verdictOf(examined(rows, { face: 'browser' })).network;
    const web = [row.web(), row.socket('websocket'), row.socket('polling'), udpIs('up')];
    expect(classOf([...web, ...NO_UDP, ...TURN_WITHOUT_UDP])).toMatchObject({ class: 'corporate', sure: 'likely' });
    const stuck = row.turn({ subject: TLS, transport: 'tls', port: 443, outcome: 'failed', reason: 'timeout' });
    expect(classOf([...web, row.stun(), row.nat()])).toMatchObject({ class: 'home', sure: 'likely' });
    expect(classOf([...web, row.stun()])).toMatchObject({ class: 'home', sure: 'guess' });
    expect(classOf([...web, ...NO_UDP, stuck])).toMatchObject({ class: 'ultra-restrictive', sure: 'guess' });
  });

  it('names traits beside the class', () => {
    const traits = (rows: readonly CheckRow[]) => verdictOf(examined(rows)).network.traits;
    expect(traits(HOME)).toEqual([]);
    expect(traits(instead(HOME, row.turn({ received: 81 })))).toEqual(['lossy']);
    expect(traits(instead(HOME, row.addresses({ ipv4: [], ipv6: ['2001:db8::7'] })))).toEqual(['ipv6-only']);
    expect(traits([...HOME, row.mtu(1000)])).toEqual(['small-packets']);
    expect(traits(INTERCEPTED)).toEqual(['intercepted', 'proxied']);
    const refused = row.socket('websocket', { ...proxied, outcome: 'failed', reason: 'not_anypath', status: 403 });
    expect(traits(instead(INTERCEPTED, refused, row.socket('polling', proxied)))).toContain('no-websocket');
  });
});

describe('the paths of a network', () => {
  it('are known for each class, and unknown is not failed', () => {
    const paths = (rows: readonly CheckRow[]) =>
      Object.fromEntries(verdictOf(examined(rows)).paths.map(({ path, state }) => [path, state]));
    expect(paths(HOME)).toEqual({
      direct: 'works',
      'turn-udp': 'works',
      'turn-tcp': 'works',
      'turn-tls': 'works',
      'relay-websocket': 'works',
      'relay-polling': 'works',
    });
    expect(paths(instead(HOME, row.nat({ mapping: 'address-and-port-dependent' })))['direct']).toBe('limited');
    expect(paths(INTERCEPTED)).toMatchObject({ direct: 'fails', 'turn-tls': 'fails', 'relay-websocket': 'works' });
    expect(paths(WEB)).toMatchObject({ direct: 'unknown', 'turn-udp': 'unknown', 'relay-polling': 'works' });
  });
});
