import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { trustInHome } from './authority.ts';
import { run } from './command.ts';
import { losePackets } from './events.ts';
import { LabNetwork } from './lab-network.ts';
import { home, ultra } from './topologies.ts';

it('a description of a real network has the rules, addresses and logs of every machine', async () => {
  await using network = await LabNetwork.open({ hosts: { server: ['server.lab.test'] } });
  const { anna } = await network.join({ anna: home(), bert: ultra() });
  await losePackets(anna, 5);
  const folder = mkdtempSync(`${tmpdir()}/lab-description-`);
  try {
    await network.describe(`${folder}/failure`);
    const read = (file: string) => readFileSync(`${folder}/failure/${file}`, 'utf8');
    expect(readdirSync(`${folder}/failure`).sort()).toEqual([
      'anna-router1.txt',
      'anna.txt',
      'bert-router1-squid.log',
      'bert-router1.txt',
      'bert.txt',
      'clients.json',
      'internet.txt',
      'server.txt',
    ]);
    expect(JSON.parse(read('clients.json'))).toMatchObject([
      { name: 'anna', class: 'home', publicAddress: anna.publicAddress, impairment: { lossPercent: 5 } },
      { name: 'bert', class: 'ultra', proxy: { port: 3128 } },
    ]);
    expect(read('anna-router1.txt')).toMatch(/oifname "wan" masquerade/);
    expect(read('anna-router1.txt')).toContain(`inet ${anna.publicAddress}/24`);
    expect(read('internet.txt')).toMatch(/numgen random mod 1000 < 50 counter packets \d+/);
    expect(read('anna.txt')).toContain('server.lab.test.');
    expect(read('bert-router1-squid.log')).toContain('Accepting SSL bumped HTTP Socket connections');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('an NSS database trusts the authorities of a lab for TLS', async () => {
  await using network = await LabNetwork.open({ hosts: { server: ['server.lab.test'] } });
  const folder = `${network.folder}/home`;
  await trustInHome(folder, [network.authority, network.interceptor]);
  const listed = await run('certutil', ['-L', '-d', `sql:${folder}/.pki/nssdb`]);
  expect(listed).toMatch(/Lab authority\s+C,,/);
  expect(listed).toMatch(/Lab intercepting proxy\s+C,,/);
});
