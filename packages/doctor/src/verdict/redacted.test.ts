import { DoctorReport } from '@anypath/protocol';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { redacted } from './redacted.ts';
import { HOME, reported, row } from './testing.ts';
import { textOf } from './text.ts';

const REPORT = reported([
  ...HOME,
  row.addresses({ ipv4: ['192.168.7.7'], ipv6: ['2001:db8::7', 'fe80::1%eth0'] }),
  row.names('rtc.example.com', ['198.51.100.9']),
  row.tls({ issuer: 'Example Company', names: ['rtc.example.com', 'secret.internal'] }),
  { check: 'proxy', subject: 'http://proxy.corp.internal:3128', outcome: 'ok', source: 'environment' },
  row.turn({ outcome: 'failed', reason: 'rejected', detail: '403 from 10.0.0.9 by host7.internal' }),
]);

describe('a report to share', () => {
  it.each(['json', 'text in en', 'text in es'])('has no address and no name in it, as %s', (form) => {
    const report = redacted(REPORT);
    const text =
      form === 'json' ? JSON.stringify(report) : textOf(report, { language: form.endsWith('es') ? 'es' : 'en' });
    expect(text).not.toMatch(/example|internal|Company|2001:db8|fe80/);
    const addresses = text.match(/\b\d{1,3}(\.\d{1,3}){3}\b/g) ?? [];
    expect(addresses).toEqual([]);
  });

  it('is a report still, and says the same', () => {
    const report = v.parse(DoctorReport, redacted(REPORT));
    expect(report.verdict.network).toEqual(REPORT.verdict.network);
    expect(report.checks).toHaveLength(REPORT.checks.length);
    expect(report.checks.map(({ outcome }) => outcome)).toEqual(REPORT.checks.map(({ outcome }) => outcome));
  });

  it('leaves its own words alone where a host is called like one of them', () => {
    const uri = 'turn:turn:3478?transport=udp';
    const target = { kind: 'turn', uris: [uri] } as const;
    const report = reported([row.names('turn', ['198.51.100.9']), row.turn({ subject: uri })], {
      target: { ...target, uris: [uri] },
    });
    const shared = v.parse(DoctorReport, redacted(report));
    expect(shared.checks.map(({ check, subject }) => [check, subject])).toEqual([
      ['names', 'host-1'],
      ['turn', 'turn:host-1:3478?transport=udp'],
    ]);
    expect(shared.verdict.paths.map(({ path }) => path)).toContain('turn-udp');
  });

  it('calls the same address by the same word, and says whether it is private', () => {
    const { checks } = redacted(REPORT);
    const turn = checks.filter((each) => each.check === 'turn');
    expect(new Set(turn.map(({ relayed }) => relayed)).size).toBe(1);
    expect(JSON.stringify(checks)).toMatch(/ipv4-private-1/);
    expect(JSON.stringify(checks)).toMatch(/ipv4-public-1/);
  });
});
