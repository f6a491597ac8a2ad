import { expect, it } from 'vitest';
import { breakCluster, isHarmless } from './cluster.ts';

// Real: two built servers in processes of their own, SIGKILL and SIGTERM, haproxy with the files that operators get, Redis, a server that speaks
// MongoDB's protocol, TLS, the SDK and its cryptography. The clients run in this process.
it('[S5.4] loses, repeats and reorders nothing while a node is killed and all are started again, and everybody is served within 5 s', async () => {
  const reports = await breakCluster(
    { nodes: 2, clients: 6, only: ['node-killed', 'rolling-restart'], seed: 10 },
    (line) => console.log(line),
    (report, complaints) => {
      console.log(JSON.stringify(report));
      expect(complaints).toEqual([]);
    },
  );
  expect(reports.filter((report) => !isHarmless(report))).toEqual([]);
  expect(reports.map(({ fault }) => fault)).toEqual(['node-killed', 'rolling-restart']);
  for (const { acked } of reports) expect(acked).toBeGreaterThan(20);
}, 120_000);
