import type { OpsAnswer, OpsHistory } from '@anypath/protocol';
import { describe, expect, it } from 'vitest';
import { concernsOf } from './concerns.ts';

const DAY_MS = 86_400_000;
const NOW = 1_800_000_000_000;

const historyWith = (more: Partial<OpsHistory>): OpsHistory => ({
  at: [NOW],
  iceIssued: [0],
  iceRefused: [0],
  openedHost: [0],
  openedSrflx: [0],
  openedRelay: [0],
  failed: [0],
  openP50Ms: [null],
  openP95Ms: [null],
  refused: [0],
  unavailable: [0],
  sockets: [0],
  mailMessages: [0],
  mailOldestSeconds: [0],
  loopDelayMs: [0],
  relayedBytes: [0],
  ...more,
});

const answerWith = (more: Partial<OpsAnswer>): OpsAnswer => ({
  version: '0',
  serverTime: NOW,
  startedAt: NOW,
  history: historyWith({}),
  mailBytes: 0,
  readiness: { status: 'ready', provider: 'coturn', providers: [] },
  certificates: [],
  networks: [],
  relayed: [],
  refusals: [],
  ...more,
});

const kindsOf = (answer: Partial<OpsAnswer>, history: Partial<OpsHistory> = {}) =>
  concernsOf(answerWith(answer), historyWith(history)).map(({ is }) => is);

describe('what needs attention on the operations page', () => {
  it('[S7.5] is nothing where all is well, or nobody is there', () => {
    expect(kindsOf({})).toEqual([]);
    expect(kindsOf({}, { openedHost: [90], failed: [10], loopDelayMs: [200] })).toEqual([]);
    expect(kindsOf({}, { failed: [5] }), 'a few mean nothing').toEqual([]);
  });

  it('[S7.5] is a provider without a working address, or an address of one that works otherwise', () => {
    const url = (state: 'up' | 'down') => ({ url: `turn:${state}`, state });
    const readiness = (breaker: 'closed' | 'open', urls: ReturnType<typeof url>[]): Partial<OpsAnswer> => ({
      readiness: { status: 'degraded', provider: 'none', providers: [{ name: 'coturn', breaker, urls }] },
    });
    expect(kindsOf(readiness('closed', [url('up'), url('down')]))).toEqual(['address-down']);
    expect(kindsOf(readiness('closed', [url('down')]))).toEqual(['provider-down']);
    expect(kindsOf(readiness('open', [url('up')]))).toEqual(['provider-down']);
    expect(kindsOf(readiness('closed', []))).toEqual([]);
  });

  it('[S7.5] is a certificate that ends within two weeks, or cannot be read', () => {
    const ends = (days: number | null) => ({
      certificates: [{ url: 'https://a', expiresAt: days === null ? null : NOW + days * DAY_MS }],
    });
    expect(kindsOf(ends(15))).toEqual([]);
    expect(concernsOf(answerWith(ends(13.5)), historyWith({}))).toEqual([
      { is: 'certificate', name: 'https://a', days: 13 },
    ]);
    expect(kindsOf(ends(null))).toEqual(['certificate-unread']);
  });

  it('[S7.5] is 503, attempts that fail, mail that waits too long, and a server that is late for minutes', () => {
    const bad = { unavailable: [3], openedHost: [30], failed: [20], mailOldestSeconds: [26 * 86_400] };
    expect(kindsOf({}, { ...bad, loopDelayMs: [400, 300] })).toEqual(['unavailable', 'failing', 'mail', 'slow']);
    expect(kindsOf({}, { loopDelayMs: [400, 10] }), 'a moment').toEqual([]);
  });
});
