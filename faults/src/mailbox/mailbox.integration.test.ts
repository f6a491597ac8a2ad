import { expect, it } from 'vitest';
import { breakMailbox } from './mailbox.ts';

// Real: the built server in a process of its own, SIGKILL, SQLite on a disk, TCP, the SDK and its cryptography. The clients run in
// this process, and what a crash leaves of them is what they had written by then.
it('[S5.4] loses, repeats and reorders nothing while the server is killed 50 times under 20 senders', async () => {
  const report = await breakMailbox({ kills: 50, senders: 20, recipients: 3, seed: 6 }, (line) => console.log(line));
  const { kills, acked, lost, repeated, reordered } = report;
  console.log(JSON.stringify({ kills, acked, lost, repeated, reordered, seconds: report.seconds }));
  expect(report.complaints).toEqual([]);
  expect({ kills, lost, repeated, reordered, left: report.left }).toEqual({
    kills: 50,
    lost: 0,
    repeated: 0,
    reordered: 0,
    left: 0,
  });
  // Most of it went through the mailbox.
  expect(report.enqueued).toBeGreaterThan(200);
  expect(report.enqueued).toBeGreaterThan(report.acked / 2);
}, 600_000);
