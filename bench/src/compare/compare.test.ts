import { describe, expect, it } from 'vitest';
import type { EventRow } from '../link/summary.ts';
import { profileRows } from '../profile/rows.ts';
import { connectCell } from './connect.ts';
import { deliverCell } from './deliver.ts';
import { inTime } from './in-time.ts';
import { comparePage } from './page.ts';
import { COMPARED, FULL, hasDirectPath, QUICK } from './plan.ts';
import { type CompareResult, together } from './result.ts';
import { compareText, factsOf, tablesOf } from './table.ts';
import { waterfallOf } from './waterfall.ts';

const HOMES = { a: 'home', b: 'home' } as const;
const MACHINE = { node: 'v20', platform: 'linux x64', cpu: '<fast>', cores: 2, memoryGiB: 8 };

const RESULT: CompareResult = {
  startedAt: '2026-01-02T03:04:05.000Z',
  revision: 'abc',
  isQuick: true,
  parts: COMPARED,
  subjects: ['anypath', 'peerjs'],
  versions: { anypath: '0.1.0', peerjs: '1.5.5' },
  roundTripMs: 40,
  giveUpMs: 10_000,
  tookSeconds: 61,
  connect: [
    connectCell(HOMES, 'anypath', [{ firstMs: 80, directMs: 500 }], []),
    connectCell(HOMES, 'peerjs', [{ firstMs: 400, directMs: 400 }], []),
    connectCell({ a: 'ultra', b: 'home' }, 'anypath', [{ firstMs: 90, directMs: null }], []),
    connectCell({ a: 'ultra', b: 'home' }, 'peerjs', [{ firstMs: null, directMs: null }], ['late']),
  ],
  profile: profileRows([
    [
      { stage: 'sign-in', fromMs: -1_300, toMs: -1_000 },
      { stage: 'checks', fromMs: 100, toMs: 150 },
    ],
  ]),
  events: [],
  deliver: [
    { ...deliverCell('offline', 'anypath', [{ sent: 25, arrived: 25 }], []), skipped: 0 },
    { ...deliverCell('offline', 'peerjs', [], []), skipped: 1 },
  ],
  sizes: [
    { subject: 'anypath', bytes: 60_000, laterBytes: 14_000 },
    { subject: 'peerjs', bytes: 24_000, laterBytes: 0 },
  ],
  servers: [
    { subject: 'anypath', server: 'anypath', sockets: 10, idleKib: 20, cpuMs: { min: 1, median: 2, max: 3 } },
    { subject: 'peerjs', server: 'PeerServer', sockets: 0, idleKib: null, cpuMs: null },
  ],
};

const rowsOf = (title: string) => tablesOf(RESULT).find((table) => table.title === title)?.rows;

describe('the comparison', () => {
  it('counts a trial as connected where its first message arrived', () => {
    const trials = [
      { firstMs: 100, directMs: 300 },
      { firstMs: null, directMs: null },
      { firstMs: 200, directMs: null },
    ];
    expect(connectCell(HOMES, 'anypath', trials, ['x'])).toEqual({
      pair: 'home:home',
      subject: 'anypath',
      trials: 3,
      connected: 2,
      firstMs: { min: 100, median: 200, max: 200 },
      directMs: { min: 300, median: 300, max: 300 },
      errors: ['x'],
    });
  });

  it('calls a delivery complete where every message arrived, and something was sent', () => {
    const trials = [
      { sent: 25, arrived: 25 },
      { sent: 25, arrived: 24 },
      { sent: 0, arrived: 0 },
    ];
    expect(deliverCell('offline', 'anypath', trials, [])).toMatchObject({
      trials: 3,
      complete: 1,
      sent: 50,
      arrived: 49,
    });
  });

  it('puts ours over theirs, and says no where there is nothing', () => {
    expect(rowsOf('Connected')).toEqual([
      ['home:home', '1 of 1', '1 of 1'],
      ['ultra:home', '1 of 1', '0 of 1'],
    ]);
    expect(rowsOf('Time to the first message')).toEqual([
      ['home:home', '80 (80–80)', '400 (400–400) ×0.20'],
      ['ultra:home', '90 (90–90)', 'no'],
    ]);
    expect(rowsOf('Messages to somebody who is not there')).toEqual([['offline', '1 of 1', 'no']]);
    expect(rowsOf('What a page loads, and what servers take')?.[0]).toEqual([
      'kB at once, gzip',
      '60.0',
      '24.0 (×2.50)',
    ]);
    expect(compareText(RESULT)).toContain('ultra:home  1 of 1   0 of 1');
  });

  it('says of each event how long it was silent beside ours, and what was lost', () => {
    const row = (subject: 'anypath' | 'peerjs', gapP50Ms: number | null, trials: number, sent: number) =>
      ({ event: 'udp-cut', pair: 'home:home', subject, gapP50Ms, trials, sent, lost: 1 }) as EventRow;
    const cells = (...rows: EventRow[]) =>
      tablesOf({ ...RESULT, events: rows }).find(({ title }) => title.startsWith('What happens'))?.rows;
    expect(cells(row('anypath', 90, 2, 10), row('peerjs', 60, 2, 10))).toEqual([
      ['a firewall starts to drop UDP (udp-cut, home:home)', '90 ms; 1 of 10 lost', '60 ms ×1.50; 1 of 10 lost'],
    ]);
    expect(cells(row('anypath', 90, 2, 10), row('peerjs', null, 2, 10))?.[0]?.[2]).toBe('no; 1 of 10 lost');
    expect(cells(row('anypath', 90, 2, 10), row('peerjs', null, 2, 0))?.[0]?.[2]).toBe('no: did not connect');
  });

  it('makes a page that needs nothing else, with text that cannot be markup', async () => {
    const page = await comparePage({ bench: 'compare', machine: MACHINE, ...RESULT });
    expect(page).toContain('<svg');
    expect(page).toContain('currentColor');
    expect(page).toContain('&#60;fast&#62;');
    expect(page).toContain('aria-label="anypath: 80 ms; peerjs: 400 ms"');
    expect(page).not.toMatch(/<(script|link|img)|url\(|src=/);
    expect(factsOf(RESULT, MACHINE)).toContain('the quick plan, 2 minutes');
  });

  it('shows where the time of a connection goes, what was before it just before it', async () => {
    expect(rowsOf('Where the time of a connection goes')).toEqual([
      ['sign-in', '-1,300', '-1,000', '300 (300–300)'],
      ['checks', '100', '150', '50 (50–50)'],
    ]);
    const { svg, text } = await waterfallOf(RESULT.profile);
    expect(text).toBe('sign-in: 300 ms, before the opening; checks: 50 ms');
    // 450 ms from the longest before the opening to the end, on 400 pixels.
    const bars = [...svg.matchAll(/d="M(-?[\d.]+),[\d.]+h([\d.]+)v12/g)].map((found) => found.slice(1).map(Number));
    expect(bars).toEqual([
      [0, expect.closeTo(266.7, 1)],
      [expect.closeTo(355.6, 1), expect.closeTo(44.4, 1)],
    ]);
    const without = { ...RESULT, profile: [] };
    expect(tablesOf(without)).toHaveLength(tablesOf(RESULT).length - 1);
  });

  it('keeps what an earlier run of the same code has found of other parts', () => {
    const later = { ...RESULT, parts: ['deliver'] as const, deliver: [], connect: [], sizes: [], servers: [] };
    const whole = together(RESULT, later);
    expect(whole).toMatchObject({ connect: RESULT.connect, sizes: RESULT.sizes, deliver: [], tookSeconds: 122 });
    expect([...whole.parts].sort()).toEqual([...COMPARED].sort());
    expect(together({ ...RESULT, revision: 'other' }, later)).toBe(later);
  });

  it('waits for nothing for ever', async () => {
    await expect(inTime(new Promise(() => undefined), 5, 'it')).rejects.toThrow('it: not within 0.005 s');
    await expect(inTime(Promise.resolve(1), 5_000, 'it')).resolves.toBe(1);
  });

  it('has a direct path to wait for between homes alone, and a quick plan that is part of the full one', () => {
    expect(FULL.pairs.filter(hasDirectPath)).toEqual([HOMES]);
    expect(FULL.pairs).toEqual(expect.arrayContaining([...QUICK.pairs]));
    expect(FULL.events.names).toEqual(expect.arrayContaining([...QUICK.events.names]));
  });
});
