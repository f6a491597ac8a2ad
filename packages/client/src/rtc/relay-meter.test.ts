import type { RtcReport } from '@anypath/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RelayMeter } from './relay-meter.ts';

const MINUTE_MS = 60_000;
const NOBODY = { sentBytes: 0, receivedBytes: 0 };

/** Statistics as browsers give them: one pair by way of our relay, one between hosts. */
const statistics = ({ sentBytes, receivedBytes } = NOBODY): RTCStatsReport =>
  new Map<string, object>([
    ['r', { type: 'local-candidate', candidateType: 'relay' }],
    ['h', { type: 'local-candidate', candidateType: 'host' }],
    ['1', { type: 'candidate-pair', localCandidateId: 'r', bytesSent: sentBytes, bytesReceived: receivedBytes }],
    ['2', { type: 'candidate-pair', localCandidateId: 'h', bytesSent: 7_000, bytesReceived: 7_000 }],
  ]) as RTCStatsReport;

describe('the meter of what is relayed, with statistics as browsers give them', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('[S7.5] tells each byte through our own allocation once: every minute, and at the end', async () => {
    const told: RtcReport[] = [];
    let now = NOBODY;
    const meter = new RelayMeter(
      'offer',
      async () => statistics(now),
      (report) => told.push(report),
    );
    meter.start();
    now = { sentBytes: 100, receivedBytes: 2_000 };
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    now = { sentBytes: 150, receivedBytes: 2_000 };
    let isClosed = false;
    meter.stop(() => {
      isClosed = true;
    });
    expect(isClosed, 'it is read first').toBe(false);
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    expect(isClosed).toBe(true);
    expect(told).toMatchObject([
      { outcome: 'carried', ms: MINUTE_MS, sentBytes: 100, receivedBytes: 2_000 },
      { outcome: 'carried', ms: 2 * MINUTE_MS, sentBytes: 50, receivedBytes: 0 },
    ]);
  });

  it('[S7.5] tells nothing of a connection that never opened, goes past the relay, or cannot be asked any more', async () => {
    const told: RtcReport[] = [];
    const tell = (report: RtcReport) => void told.push(report);
    const never = new RelayMeter('offer', async () => statistics({ sentBytes: 1, receivedBytes: 1 }), tell);
    const closed: string[] = [];
    never.stop(() => closed.push('never open'));
    expect(closed, 'at once').toEqual(['never open']);
    const direct = new RelayMeter('answer', async () => statistics(), tell);
    direct.start();
    direct.stop(() => closed.push('direct'), false);
    expect(closed).toEqual(['never open', 'direct']);
    const silent = new RelayMeter('answer', async () => Promise.reject(new Error('closed')), tell);
    silent.start();
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    silent.stop(() => closed.push('silent'));
    const hanging = new RelayMeter('answer', () => new Promise(() => undefined), tell);
    hanging.start();
    hanging.stop(() => closed.push('hanging'));
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(closed).toEqual(['never open', 'direct', 'silent', 'hanging']);
    expect(told).toEqual([]);
  });
});
